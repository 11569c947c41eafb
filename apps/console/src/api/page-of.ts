/** The page of a list that is shown: the records after or before the record with this id. */
export interface Place { after?: string | undefined, before?: string | undefined }

/** The list arguments for a page. One extra record is requested, to learn whether there is another page. */
export function pageArguments ({ after, before }: Place, size: number): { first?: number, last?: number, after?: string, before?: string } {
  return before === undefined ? { first: size + 1, ...after !== undefined && { after } } : { last: size + 1, before }
}

/** The records of the page, and the places of the next and previous pages. */
export function pageOf<Item extends { id?: string | null }> (items: readonly Item[], { after, before }: Place, size: number): { items: readonly Item[], next: Place | null, previous: Place | null } {
  const more = items.length > size
  const shown = before === undefined ? items.slice(0, size) : items.slice(-size)
  const [first, last] = [shown[0]?.id ?? undefined, shown.at(-1)?.id ?? undefined]
  const hasNext = before !== undefined || more
  const hasPrevious = before === undefined ? after !== undefined : more
  return {
    items: shown,
    next: hasNext && last !== undefined ? { after: last } : null,
    previous: hasPrevious && first !== undefined ? { before: first } : null
  }
}
