//! Work that waits for the platform. JavaScript holds what is waited for, and resumes the work with
//! the result; nothing in here is scheduled.
//!
//! Work waits for one thing at a time. It is held under a number that no other work of this
//! instance had. What JavaScript holds for an instance that has ended is resumed in no other: the
//! next one gives the same numbers to other work (`pending.js`).

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use crate::io;

/// Work for one request, or behind an answer.
pub(crate) type Work = Pin<Box<dyn Future<Output = JsValue>>>;

/// What a promise comes to.
type Settled = Result<JsValue, JsValue>;

/// Begins work: its result, or what JavaScript goes on with.
pub(crate) fn begin(work: Work) -> JsValue {
    let number = HELD.with_borrow(|held| held.last).wrapping_add(1);
    HELD.with_borrow_mut(|held| held.last = number);
    go_on(number, work)
}

/// Goes on with work that waited, once its promise has settled. Work that is not held any more has
/// no result.
#[wasm_bindgen]
#[must_use]
pub fn resume(number: u32, is_rejected: bool, value: JsValue) -> JsValue {
    let Some(work) = HELD.with_borrow_mut(|held| held.take(number)) else {
        return JsValue::UNDEFINED;
    };
    SETTLED.set(Some(if is_rejected { Err(value) } else { Ok(value) }));
    go_on(number, work)
}

/// Waits for a promise of JavaScript's.
pub(crate) fn settled(promise: Promise) -> impl Future<Output = Settled> {
    Wait(Some(promise))
}

fn go_on(number: u32, mut work: Work) -> JsValue {
    let polled = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match (polled, AWAITED.take()) {
        (Poll::Ready(result), _) => result,
        (Poll::Pending, Some(promise)) => {
            HELD.with_borrow_mut(|held| held.keep(number, work));
            io::held(number, &promise)
        }
        // Nothing would ever resume it.
        (Poll::Pending, None) => JsValue::UNDEFINED,
    }
}

struct Wait(Option<Promise>);

impl Future for Wait {
    type Output = Settled;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Settled> {
        if let Some(promise) = self.0.take() {
            AWAITED.set(Some(promise));
            return Poll::Pending;
        }
        SETTLED.take().map_or(Poll::Pending, Poll::Ready)
    }
}

/// The work that waits, the oldest first.
struct Held {
    last: u32,
    works: Vec<(u32, Work)>,
}

impl Held {
    fn take(&mut self, number: u32) -> Option<Work> {
        let place = self.works.iter().position(|(it, _)| *it == number)?;
        Some(self.works.remove(place).1)
    }

    fn keep(&mut self, number: u32, work: Work) {
        // What a client gave up may never be resumed; it must not pile up.
        if self.works.len() >= WORKS_MAX {
            drop(self.works.remove(0));
        }
        self.works.push((number, work));
    }
}

thread_local! {
    static HELD: RefCell<Held> = const { RefCell::new(Held { last: 0, works: Vec::new() }) };
    /// What the work that is being polled waits for.
    static AWAITED: Cell<Option<Promise>> = const { Cell::new(None) };
    /// What it has waited for.
    static SETTLED: Cell<Option<Settled>> = const { Cell::new(None) };
}

/// More than an isolate has requests at a time; each is a few kilobytes.
const WORKS_MAX: usize = 4_096;
