//! The looks of the page that explains, on top of the house's own.
//!
//! It refuses images, fonts and anything else from elsewhere.

/// The countdown animates a registered number; browsers without such numbers, and people who want
/// no motion, are shown the sentence alone.
pub(super) const STYLE: &str = "@property --left{syntax:\"<integer>\";initial-value:0;\
inherits:false}:root{--g:#e4e4ea;--y:#147a3d;--n:#b3261e;--a:#8a5a00;--c:#f0f0f4}\
@media(prefers-color-scheme:dark){:root{--g:#34343d;--y:#6fdc9a;--n:#ff9a92;--a:#ffc861;\
--c:#202027}}main{max-width:46rem;padding-top:5vh}h2{margin-top:2.25rem}\
code,pre{font:.9em/1.5 ui-monospace,monospace}pre{background:var(--c);padding:.75rem;\
border-radius:.4rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0}\
pre:focus-visible,input:focus-visible,button:focus-visible{outline:3px solid var(--l);\
outline-offset:2px}.mark{border:2px solid;border-radius:1rem;padding:.1rem .75rem}\
.signed-in,.hit td{color:var(--y)}.signed-out,.miss td{color:var(--n)}.unavailable,\
.not-known td{color:var(--a)}.advice{border-left:4px solid var(--l);padding:.1rem 0 .1rem 1rem;\
margin:1.5rem 0}.advice h2{margin-top:.5rem}.advice li{margin:.4rem 0}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1rem;margin:1rem 0}\
dt{color:var(--s)}dd{margin:0}table{border-collapse:collapse;width:100%;margin:1rem 0}\
caption{text-align:left;color:var(--s);padding-bottom:.25rem}th,td{text-align:left;\
vertical-align:top;border-top:1px solid var(--g);padding:.4rem .75rem .4rem 0;font-weight:400}\
thead th{color:var(--s);font-size:.85rem}tbody th{width:45%;\
padding-left:calc(var(--depth,0)*1.25rem)}form{display:flex;flex-wrap:wrap;gap:.5rem;\
align-items:center}label{flex-basis:100%;color:var(--s)}input{flex:1 1 12rem;min-width:0;\
font:inherit;padding:.5rem .75rem;border:1px solid var(--s);border-radius:.4rem;\
background:var(--b);color:var(--t)}button{font:inherit;padding:.5rem 1.25rem;border:0;\
border-radius:.4rem;background:var(--l);color:var(--o);cursor:pointer}.bar{margin:.75rem 0}\
.bar label{display:block}meter{width:100%;height:1.25rem}.live{display:none}\
@media(prefers-reduced-motion:no-preference){.live{display:inline;--left:0;\
animation:left calc(var(--from)*1s) steps(var(--from)) both;counter-reset:left var(--left)}\
.live::after{content:counter(left) \" s\";font-variant-numeric:tabular-nums}}\
@keyframes left{from{--left:var(--from)}to{--left:0}}\
@media(max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}\
main{padding-left:1rem;padding-right:1rem}}";
