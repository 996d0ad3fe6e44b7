//! Runs futures of tests, which have no runtime.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// One of several futures that run side by side.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The output of a future that must not wait: it is polled once.
#[track_caller]
pub fn ready<F: Future>(future: F) -> F::Output {
    match poll(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it had to wait"),
    }
}

/// Polls once.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
