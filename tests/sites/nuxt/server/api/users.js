export default defineEventHandler(() => [
    { name: "Ann", note: "MARK-DATA was promised a raise before the end of the fiscal year" },
    { name: "Bob", note: "was asked to hand over the keys of the northern warehouse" },
  ]);
