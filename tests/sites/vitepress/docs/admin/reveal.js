/** A sentence that a click shows: it stands in the page's chunk and not in its HTML. */
export const reveal = () => "MARK-SCRIPT The winter plan is settled in the last week of November.";
