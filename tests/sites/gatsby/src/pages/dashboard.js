import React from "react";
import Page from "../layout/page";

export default function Dashboard() {
  return <Page><p>MARK-DASHBOARD Members see the sailing dates of the autumn fleet in this table.</p></Page>;
}
