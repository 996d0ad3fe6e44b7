// `GET /v1/environment`: how the instance is set up, in the fields without which clerk-js fails.

import { PRODUCTION } from "./instance.mjs";

export function environment(stage) {
  return {
    json: {
      id: "env_standin",
      auth_config: {
        object: "auth_config",
        id: "aconf_standin",
        single_session_mode: !stage.settings.multi_session,
        claimed_at: null,
        reverification: false,
      },
      display_config: displayConfig(stage),
      user_settings: USER_SETTINGS,
      organization_settings: {
        enabled: true,
        max_allowed_memberships: 5,
        force_organization_selection: false,
        actions: { admin_delete: false },
        domains: { enabled: false, enrollment_modes: [], default_role: null },
        slug: { disabled: false },
        organization_creation_defaults: { enabled: false },
      },
      commerce_settings: {
        billing: {
          stripe_publishable_key: null,
          organization: { enabled: false, has_paid_plans: false },
          user: { enabled: false, has_paid_plans: false },
        },
      },
      api_keys_settings: { user_api_keys_enabled: true, orgs_api_keys_enabled: true },
      protect_config: { object: "protect_config", id: "protect_standin" },
      maintenance_mode: false,
      client_debug_mode: false,
      partitioned_cookies: false,
    },
  };
}

function displayConfig(stage) {
  const { site, url } = stage;
  return {
    object: "display_config",
    id: "display_standin",
    instance_environment_type: stage.instance.type === PRODUCTION ? "production" : "development",
    application_name: "stand-in for Clerk",
    theme: {},
    branded: false,
    home_url: site,
    sign_in_url: `${url}/sign-in`,
    sign_up_url: `${url}/sign-up`,
    after_sign_in_url: site,
    after_sign_up_url: site,
    after_sign_out_all_url: site,
    after_sign_out_one_url: site,
    after_switch_session_url: site,
    user_profile_url: site,
    organization_profile_url: site,
    create_organization_url: site,
    after_leave_organization_url: site,
    after_create_organization_url: site,
    logo_image_url: "",
    favicon_image_url: "",
    preferred_sign_in_strategy: "otp",
    support_email: "",
    captcha_public_key: null,
    captcha_public_key_invisible: null,
    captcha_widget_type: null,
    captcha_provider: "turnstile",
    captcha_oauth_bypass: null,
    show_devmode_warning: false,
    terms_url: "",
    privacy_policy_url: "",
    waitlist_url: "",
    after_join_waitlist_url: "",
  };
}

const USER_SETTINGS = {
  attributes: {},
  actions: { delete_self: false, create_organization: false },
  social: {},
  enterprise_sso: { enabled: false, self_serve_sso: false },
  sign_in: { second_factor: { required: false } },
  sign_up: { mode: "public", captcha_enabled: false, progressive: true },
  password_settings: { min_length: 8, max_length: 72, disable_hibp: true },
  passkey_settings: { allow_autofill: false, show_sign_in_button: false },
  username_settings: { min_length: 4, max_length: 64 },
};
