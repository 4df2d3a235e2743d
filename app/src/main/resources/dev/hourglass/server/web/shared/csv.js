/**
 * A table as the labs write it (RFC 4180), for showing.
 *
 * @param {string} text
 * @returns {{heads: string[], rows: string[][]}}
 */
export function readCsv(text) {
  const lines = [[]];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    lines.at(-1).push(cell);
    cell = "";
  };
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (quoted) {
      if (letter === '"' && text[i + 1] === '"') {
        cell += '"';
        i++;
      } else if (letter === '"') {
        quoted = false;
      } else {
        cell += letter;
      }
    } else if (letter === '"') {
      quoted = true;
    } else if (letter === ",") {
      endCell();
    } else if (letter === "\n") {
      endCell();
      lines.push([]);
    } else if (letter !== "\r") {
      cell += letter;
    }
  }
  endCell();
  const [heads, ...rows] = lines.filter((line) => line.length > 1 || line[0] !== "");
  return { heads: heads ?? [], rows };
}
