import { useState } from "react";
import plan from "../../plan.svg";

export default function Admin() {
  const [shown, show] = useState(false);
  return (
    <>
      <p>MARK-ADMIN Administrators read the salary plan of the coming winter in this room.</p>
      <img src={plan.src} alt="The plan" />
      <button onClick={() => show(true)}>Show</button>
      <p>{shown && "MARK-SCRIPT The winter plan is settled in the last week of November."}</p>
    </>
  );
}
