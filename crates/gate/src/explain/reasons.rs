//! Every reason of Clerk's as a plain sentence, with a way out of it.
//!
//! The list is complete by construction: a new reason without words does not compile.

use crate::auth::{Auth, AuthStatus};
use crate::session::reason::{Reason, RefreshError};
use clerk_edge_rules::code::Code;
use clerk_edge_token::error::TokenError;

/// What happened, and what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReasonText {
    /// What happened.
    pub(crate) explanation: &'static str,
    /// What helps; empty where nothing needs help.
    pub(crate) way_out: &'static str,
}

/// For what came of asking.
pub(crate) fn of(auth: &Auth<'_>) -> ReasonText {
    match (&auth.status, &auth.reason) {
        (AuthStatus::SignedIn(_), _) => say("You are signed in: the token was accepted.", ""),
        (AuthStatus::Unavailable { .. }, _) => say(
            "No key of the Clerk instance could be had, so no token can be checked.",
            "See /.clerk-edge/health. Clerk may be out of reach, or CLERK_PUBLISHABLE_KEY or \
             CLERK_JWKS_URL may name the wrong host; CLERK_JWT_KEY needs nobody to be asked.",
        ),
        (AuthStatus::SignedOut { pending: true, .. }, _) => say(
            "You are signed in, but Clerk still waits for something, such as the choice of an \
             organization. Until then you count as signed out.",
            "Open a page that needs a session: it leads to what is still to do.",
        ),
        (AuthStatus::SignedOut { refusal: Some(Code::TokenTooLarge), .. }, _) => say(
            "The token that was sent is larger than any of Clerk's, and was not read.",
            "Delete the cookies of this site and sign in again.",
        ),
        (AuthStatus::SignedOut { refusal: Some(Code::RedirectLoop), .. }, _) => say(
            "Your browser was sent to Clerk and back three times and came without a session each \
             time.",
            "The publishable key and the secret key must belong to the same instance, cookies must \
             be allowed, and clocks must be right. Then delete the cookies of this site.",
        ),
        (_, Some(reason)) => of_reason(reason),
        (_, None) => say("Nobody is signed in.", "Sign in."),
    }
}

const fn of_reason(reason: &Reason) -> ReasonText {
    match reason {
        Reason::OrganizationMismatch => say(
            "The page needs another organization to be active.",
            "A page activates it by itself, if you are a member of it.",
        ),
        Reason::NoTokenInHeader => say(
            "The rule is for machines, and the request brings no token.",
            "Send an API key, an M2M token or an OAuth access token as `Authorization: Bearer`.",
        ),
        Reason::ClientUatWithoutSession => say(
            "A cookie says that somebody is signed in, but there is no session token.",
            "A page fetches one from Clerk by itself. If it stays so, the site and its sign-in \
             page do not share a domain, or cookies are blocked.",
        ),
        Reason::CrossOriginSync => say(
            "A page of another origin led here, and it may know of a newer session.",
            "Load the page again. CLERK_CROSS_ORIGIN_SYNC turns this off.",
        ),
        Reason::DevBrowserMissing => say(
            "This browser has no mark of the development instance yet.",
            "Open any page of the site that needs a session: it leads to Clerk and back.",
        ),
        Reason::DevBrowserSync => say(
            "This browser brings its mark of the development instance in the address.",
            "Load the page again without the parameters in its address.",
        ),
        Reason::Expired(why) => of_expired(why),
        Reason::IssuedBeforeClientUat => say(
            "The session token is older than the newest sign-in or sign-out.",
            "Load the page again; a page fetches a newer token from Clerk by itself.",
        ),
        Reason::IssuedInTheFuture => CLOCK_FUTURE,
        Reason::NotActiveYet => CLOCK_EARLY,
        Reason::PrimaryResponds => say(
            "A satellite asked this domain who is signed in.",
            "Open the satellite's page again.",
        ),
        Reason::SatelliteNeedsSyncing => say(
            "This is a satellite, and the primary domain has not been asked yet.",
            "Open a page of the site: it leads to the primary domain and back. CLERK_SIGN_IN_URL \
             and CLERK_DOMAIN must be those of the primary and of this domain.",
        ),
        Reason::SessionAndClientUatMissing => say(
            "There is neither a session token nor a cookie of Clerk's.",
            "Sign in. If you did, the cookies belong to another domain, or to an instance with \
             another publishable key.",
        ),
        Reason::SessionMissing => {
            say("Clerk was asked and knows of no session in this browser.", "Sign in.")
        }
        Reason::SessionWithoutClientUat => say(
            "There is a session token, but Clerk's cookie does not say that anybody is signed in.",
            "Sign out and in. A client that is no browser sends the token in the header \
             Authorization: Bearer.",
        ),
        Reason::Token(flaw) => of_flaw(*flaw),
    }
}

const fn of_expired(why: &RefreshError) -> ReasonText {
    let way_out = match why {
        RefreshError::Api(_) | RefreshError::UnexpectedApiError => {
            "Clerk's API refused to renew it. Does CLERK_SECRET_KEY belong to the same instance as \
             the publishable key? Sign out and in."
        }
        RefreshError::FetchError => "Clerk's API did not answer. Try again in a moment.",
        RefreshError::InvalidSessionToken | RefreshError::UnexpectedSdkError => {
            "Clerk's API gave a token that is none for this site: the keys of two instances may be \
             mixed."
        }
        RefreshError::MissingApiClient => {
            "Set CLERK_SECRET_KEY to have it renewed here. A page fetches a new one by itself."
        }
        RefreshError::MissingSessionId | RefreshError::Undecodable => "Sign out and in.",
        RefreshError::NoRefreshCookie => {
            "A page fetches a new one from Clerk by itself; a program has to ask Clerk's library \
             for a new token before each call."
        }
        RefreshError::NotGet => "Only a GET is renewed: load a page first, then try again.",
    };
    say("The session token has run out; it lives for a minute.", way_out)
}

const fn of_flaw(flaw: TokenError) -> ReasonText {
    match flaw {
        TokenError::Expired => say(
            "The session token has run out; it lives for a minute.",
            "Load a page: it fetches a new one.",
        ),
        TokenError::IssuedInTheFuture => CLOCK_FUTURE,
        TokenError::NotActiveYet => CLOCK_EARLY,
        TokenError::Invalid => say(
            "What was sent as the session token cannot be read as one.",
            "Delete the cookies of this site and sign in again; in a header send the token alone, \
             after Bearer.",
        ),
        TokenError::InvalidAlgorithm => say(
            "The token is signed in a way that no session token is.",
            "Send a session token of Clerk's, signed with RS256.",
        ),
        TokenError::InvalidAuthorizedParties => say(
            "The token was made for another site: its azp is not in CLERK_AUTHORIZED_PARTIES.",
            "Add the origin of the site where people sign in, such as https://www.example.com, \
             without a slash at its end.",
        ),
        TokenError::InvalidIssuer => say(
            "The token was made by another instance, or under another address of it.",
            "With a proxy set CLERK_PROXY_URL; else name the issuer in CLERK_ISSUER.",
        ),
        TokenError::InvalidSignature => say(
            "The token's signature is not the instance's: it was changed, or CLERK_JWT_KEY is \
             another instance's key.",
            "Copy CLERK_JWT_KEY anew, or leave it out. Then sign out and in.",
        ),
        TokenError::KeyIdMismatch => say(
            "The token was signed with a key that this instance does not have.",
            "It is probably another instance's: compare the publishable key with the one of the \
             site where you signed in. Then delete the cookies of this site and sign in again.",
        ),
        TokenError::TypeMismatch => say(
            "The token is a machine's or made from a template, and no session's.",
            "Send the session token: getToken() without a template.",
        ),
        TokenError::Unexpected => say(
            "The token holds something that Clerk's own rules do not allow.",
            "Sign out and in; if it stays so, look at the features and plans of the instance.",
        ),
        TokenError::VerificationFailed => say(
            "A claim of the token is missing or wrong, such as its audience.",
            "Compare CLERK_AUDIENCE with the token's aud, or leave it out.",
        ),
    }
}

const fn say(explanation: &'static str, way_out: &'static str) -> ReasonText {
    ReasonText { explanation, way_out }
}

const CLOCK_FUTURE: ReasonText = say(
    "The token says that it was made in the future.",
    "A clock is wrong: set this machine's, or allow more in CLERK_CLOCK_SKEW_SECONDS.",
);
const CLOCK_EARLY: ReasonText = say(
    "The token's time has not come yet.",
    "A clock is wrong: set this machine's, or allow more in CLERK_CLOCK_SKEW_SECONDS.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_need_different_help_have_different_words() {
        let azp = of_reason(&Reason::Token(TokenError::InvalidAuthorizedParties));
        let kid = of_reason(&Reason::Token(TokenError::KeyIdMismatch));
        let uat = of_reason(&Reason::ClientUatWithoutSession);
        assert!(azp.explanation.contains("CLERK_AUTHORIZED_PARTIES"));
        assert!(kid.explanation.contains("key") && kid.way_out.contains("publishable key"));
        assert!(uat.explanation.contains("cookie") && uat != kid && kid != azp);
        let none = of_expired(&RefreshError::MissingApiClient);
        assert!(none.way_out.contains("CLERK_SECRET_KEY"));
        assert_ne!(none, of_expired(&RefreshError::NotGet));
    }
}
