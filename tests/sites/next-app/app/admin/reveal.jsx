"use client";
import { useState } from "react";

export default function Reveal() {
  const [shown, show] = useState(false);
  return (
    <>
      <p>MARK-CLIENT The budget of the second hall is kept back until the board has met.</p>
      <button onClick={() => show(true)}>Show</button>
      <p>{shown && "MARK-SCRIPT The winter plan is settled in the last week of November."}</p>
    </>
  );
}
