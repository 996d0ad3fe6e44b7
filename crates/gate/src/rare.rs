//! Ways that few requests take.
//!
//! A fresh isolate compiles the code that its first request calls, while a visitor waits. A rare
//! way is a boxed future, so that the usual way does not contain its code. It costs an allocation.

use std::future::Future;
use std::pin::Pin;

/// The future of a rare way.
pub(crate) type Rare<'f, T> = Pin<Box<dyn Future<Output = T> + 'f>>;
