import React from "react";
import Page from "../layout/page";

export default function NotFound() {
  return <Page><p>There is no page under this address, said the page for that.</p></Page>;
}
