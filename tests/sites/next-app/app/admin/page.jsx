import Reveal from "./reveal.jsx";
import plan from "./plan.svg";

export default function Admin() {
  return (
    <>
      <p>MARK-ADMIN Administrators read the salary plan of the coming winter in this room.</p>
      <img src={plan.src} alt="The plan" />
      <Reveal />
    </>
  );
}
