/** Which rows of a long list are on the screen. All rows have the same height. */

export interface VirtualWindow {
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
}

export function virtualWindow(list: {
  readonly scrollTop: number;
  readonly viewHeight: number;
  readonly rowHeight: number;
  readonly rows: number;
  /** Rows drawn beyond either edge, so that a wheel's step meets no gap. */
  readonly beyond: number;
}): VirtualWindow {
  const { scrollTop, viewHeight, rowHeight, rows, beyond } = list;
  const first = Math.max(0, Math.min(rows, Math.floor(scrollTop / rowHeight)) - beyond);
  const last = Math.min(rows, Math.ceil((scrollTop + viewHeight) / rowHeight) + beyond);
  return { first, last: Math.max(first, last) };
}

/** Where to scroll so that a row is wholly seen: not at all when it is. */
export function scrollToShow(
  row: number,
  list: { readonly scrollTop: number; readonly viewHeight: number; readonly rowHeight: number },
): number {
  const top = row * list.rowHeight;
  if (top < list.scrollTop) return top;
  const bottom = top + list.rowHeight;
  return bottom > list.scrollTop + list.viewHeight ? bottom - list.viewHeight : list.scrollTop;
}
