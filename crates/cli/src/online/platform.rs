//! The platform of a real token: the host's cryptography, and keys from a file or the instance.

use clerk_edge_gate::platform::{
    ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;

use crate::host::{Call, Host, NoReply};
use crate::online::{Network, NoAnswer};

/// The command as the gate's platform.
pub struct Keys<'n, 'h, H> {
    /// The network.
    pub network: &'n Network<'h, H>,
    /// The key set of `--jwks`, in place of every fetch.
    pub jwks: Option<String>,
}

impl<H: Host> Crypto for Keys<'_, '_, H> {
    type Key = H::Key;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<H::Key, KeyError> {
        self.network.host.import(key, algorithm).await
    }

    async fn verify(
        &self,
        key: &H::Key,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed> {
        self.network.host.verify(key, message, signature).await
    }
}

impl<H: Host> Platform for Keys<'_, '_, H> {
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        if let Some(jwks) = &self.jwks {
            return Ok(ClerkResponse {
                status: 200,
                content_type: Some("application/json".to_owned()),
                retry_after: None,
                body: jwks.clone().into_bytes(),
            });
        }
        let asked = Call {
            method: "GET",
            url: call.url.clone(),
            headers: vec![("accept", "application/json".to_owned())],
            body: None,
            timeout_ms: call.timeout_ms,
            bytes_max: call.bytes_max,
        };
        match self.network.call(&asked).await {
            Ok(reply) => Ok(ClerkResponse {
                status: reply.status,
                content_type: reply.header("content-type").map(str::to_owned),
                retry_after: reply.header("retry-after").map(str::to_owned),
                body: reply.body,
            }),
            Err(NoAnswer::Host(NoReply::TimedOut)) => Err(ClerkCallError::TimedOut),
            Err(NoAnswer::Host(NoReply::TooLarge)) => Err(ClerkCallError::TooLarge),
            Err(_) => Err(ClerkCallError::Unreachable),
        }
    }

    async fn pause(&self, _ms: u32) {}

    async fn load(&self, _: &str) -> Result<Option<String>, StoreFailed> {
        Ok(None)
    }

    async fn store(&self, _: &str, _: &str, _: u32) -> Result<(), StoreFailed> {
        Ok(())
    }
}
