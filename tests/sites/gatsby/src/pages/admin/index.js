import { graphql } from "gatsby";
import React, { useState } from "react";
import Page from "../../layout/page";
import plan from "../../plan.svg";

export const query = graphql`
  {
    allSitePlugin(limit: 1) {
      totalCount
    }
  }
`;

export default function Admin({ data }) {
  const [shown, show] = useState(false);
  return (
    <Page>
      <p>MARK-ADMIN Administrators read the salary plan of the coming winter in this room.</p>
      <p>{data.allSitePlugin.totalCount} plugins</p>
      <img src={plan} alt="The plan" />
      <button onClick={() => show(true)}>Show</button>
      <p>{shown && "MARK-SCRIPT The winter plan is settled in the last week of November."}</p>
    </Page>
  );
}
