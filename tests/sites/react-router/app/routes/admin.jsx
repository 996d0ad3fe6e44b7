import { useState } from "react";
import plan from "../plan.svg";

export function loader() {
  return { budget: "MARK-LOADED The budget of the second hall is kept back until the board has met." };
}

export default function Admin({ loaderData }) {
  const [shown, show] = useState(false);
  return (
    <>
      <p>MARK-ADMIN Administrators read the salary plan of the coming winter in this room.</p>
      <p>{loaderData.budget}</p>
      <img src={plan} alt="The plan" />
      <button onClick={() => show(true)}>Show</button>
      <p>{shown && "MARK-SCRIPT The winter plan is settled in the last week of November."}</p>
    </>
  );
}
