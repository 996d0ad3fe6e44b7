// Shows "Sign out" in the header of a public page to people who are signed in. Without scripts the
// link stays "Sign in"; it leads people who are signed in to their own page.
//
// Clerk's cookie `__client_uat` holds the time of the last sign-in, and 0 for people who
// are signed out. It is a hint for this link alone: the gate decides what may be seen.
const signedIn = /(?:^|; )__client_uat(?:_[\w-]+)?=[1-9]/.test(document.cookie);
const link = document.getElementById("account");
if (signedIn) {
  link.textContent = "Sign out";
  link.href = "/sign-out";
}
