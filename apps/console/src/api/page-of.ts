/** The page of a list that is shown: the records after or before the record with this id. */
export interface Place { after?: string | undefined, before?: string | undefined }

/** The list arguments for a page. One extra record is requested, to learn whether there is another page. */
export function pageArguments ({ after, before }: Place, size: number): { first?: number, last?: number, after?: string, before?: string } {
  return before === undefined ? { first: size + 1, ...after !== undefined && { after } } : { last: size + 1, before }
}

/** How many records are requested at once where all of them are needed. */
const CHUNK_SIZE = 1000

/** All records of a list that the signed-in user can read, in as many requests as it takes. */
export async function allOf<Item extends { id?: string | null }> (load: (place: { first: number, after?: string }) => Promise<readonly Item[]>): Promise<Item[]> {
  const all: Item[] = []
  for (;;) {
    const last = all.at(-1)?.id
    const items = await load({ first: CHUNK_SIZE, ...last != null && { after: last } })
    all.push(...items)
    // Without permission to read ids, there is no place to go on from.
    if (items.length < CHUNK_SIZE || items.at(-1)?.id == null) return all
  }
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
