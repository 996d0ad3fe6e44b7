import React from "react";
import Page from "../layout/page";

export default function About() {
  return <Page><p>MARK-ABOUT Everybody may read how the company began in a small kitchen.</p></Page>;
}
