//! What each path asks of a visitor: a small language, parsed once, evaluated for every request.

/// Holding one means: every rule was understood, none ties with another, none leads in a circle.
#[derive(Clone, Debug, Default)]
pub struct Rules {}
