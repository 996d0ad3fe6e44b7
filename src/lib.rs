//! Clerk authentication at Cloudflare's edge: the decision, free of the platform it runs on.
