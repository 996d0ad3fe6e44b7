document.getElementById("reveal").addEventListener("click", () => {
  document.getElementById("revealed").textContent = "MARK-SCRIPT The winter plan is settled in the last week of November.";
});
