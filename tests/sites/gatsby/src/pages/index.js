import React from "react";
import Page from "../layout/page";

export default function Home() {
  return <Page><p>MARK-HOME Everybody may read the welcome of this house and its garden.</p></Page>;
}
