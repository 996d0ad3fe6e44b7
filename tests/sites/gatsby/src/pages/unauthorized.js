import React from "react";
import Page from "../layout/page";

export default function Unauthorized() {
  return <Page><p>Your account does not have the role that this area asks for, sorry.</p></Page>;
}
