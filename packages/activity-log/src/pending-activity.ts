import type { Insertable } from 'kysely'
import type { SignInsTable } from './tables.js'

export type SignInRow = Insertable<SignInsTable>
export type Kind = 'signIn' | 'signUp' | 'refusal'

/** How many there were of one day, of one kind, with the same detail. */
export interface Counted {
  readonly day: string
  readonly kind: Kind
  readonly detail: string
  readonly count: number
}

/** What is written to the database at once. */
export interface Batch {
  readonly signIns: readonly SignInRow[]
  readonly counts: readonly Counted[]
}

/** Adds up what is counted under the same key. */
export class Counts {
  readonly #counts = new Map<string, Counted>()

  get size (): number { return this.#counts.size }

  add ({ day, kind, detail, count }: Counted): void {
    const key = `${day} ${kind} ${detail}`
    this.#counts.set(key, { day, kind, detail, count: (this.#counts.get(key)?.count ?? 0) + count })
  }

  has ({ day, kind, detail }: Omit<Counted, 'count'>): boolean {
    return this.#counts.has(`${day} ${kind} ${detail}`)
  }

  /** In an order that is the same in every copy of the app, so that two never wait for each other. */
  sorted (): Counted[] {
    return [...this.#counts].sort(([one], [other]) => one < other ? -1 : 1).map(([, counted]) => counted)
  }
}

/** More kinds of refusals, days and profiles than this are not told apart in memory. */
const MAX_COUNTS = 1000
/** So many sign-ins are written by one statement. */
const BATCH_SIZE = 500

/** What is not written yet, within a bound. */
export class PendingActivity {
  readonly #max: number
  #signIns: SignInRow[] = []
  #counts = new Counts()
  /** Those that are being written: they come back if that fails. */
  #taken = 0
  #dropped = 0

  constructor (max: number) { this.#max = max }

  get isEmpty (): boolean { return this.#signIns.length === 0 && this.#counts.size === 0 }
  get isLarge (): boolean { return this.#signIns.length >= BATCH_SIZE }
  /** How many sign-ins are not written. */
  get signIns (): number { return this.#signIns.length + this.#taken }

  /** How much found no room since this was asked last. */
  takeDropped (): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  /** @returns whether there was room for it */
  addSignIn (row: SignInRow): boolean {
    const hasRoom = this.signIns < this.#max
    if (hasRoom) this.#signIns.push(row)
    else this.#dropped++
    return hasRoom
  }

  count (counted: Omit<Counted, 'count'>): void {
    if (this.#counts.size < MAX_COUNTS || this.#counts.has(counted)) this.#counts.add({ ...counted, count: 1 })
    else this.#dropped++
  }

  take (): Batch {
    const batch = { signIns: this.#signIns.splice(0, BATCH_SIZE), counts: this.#counts.sorted() }
    this.#taken = batch.signIns.length
    this.#counts = new Counts()
    return batch
  }

  /** After a batch was written, or not. */
  settle (batch: Batch, written: boolean): void {
    this.#taken = 0
    if (written) return
    this.#signIns = [...batch.signIns, ...this.#signIns]
    for (const counted of batch.counts) this.#counts.add(counted)
  }
}
