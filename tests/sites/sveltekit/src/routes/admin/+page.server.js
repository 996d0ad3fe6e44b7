export function load() {
  return { budget: "MARK-LOADED The budget of the second hall is kept back until the board has met." };
}
