/** A cell: numbers stand on the right. */
export type Cell = string | number | undefined

/** Columns as wide as their widest cell; `-` where there is nothing. Lines have no spaces at their end. */
export function tableLines(head: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const texts = rows.map((row) => row.map(cellText))
  const widths = head.map((name, column) =>
    Math.max(name.length, ...texts.map((row) => row[column]?.length ?? 0)),
  )
  const isNumeric = head.map(
    (_, column) =>
      rows.some((row) => typeof row[column] === 'number') &&
      rows.every((row) => typeof row[column] !== 'string'),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [line(head), ...texts.map(line)]
}

function cellText(cell: Cell): string {
  return cell === undefined ? '-' : String(cell)
}
