//! The rules: a small language that says who may enter which path, and the decision.
//!
//! Tokens, sessions and settings belong elsewhere; who asks comes in through [`facts::Facts`].

pub mod accepted;
pub mod asset_names;
pub mod caller_kind;
pub mod check;
pub mod claim_path;
pub mod code;
pub mod condition;
pub mod decide;
pub mod display;
pub mod evaluate;
pub mod explain;
pub mod facts;
pub mod limits;
pub mod ordered_json;
pub mod ordered_table;
pub mod path_params;
pub mod path_tree;
pub mod pattern;
pub mod problem;
pub mod problem_place;
pub mod read;
pub mod redirect_circles;
pub mod redirect_walk;
pub mod reverification;
pub mod rule;
pub mod rule_set;
pub mod shape;
pub mod target;
