import type { Insertable } from 'kysely'
import type { SignInsTable } from './tables.js'

export type SignInRow = Insertable<SignInsTable>
export type Kind = 'signIn' | 'signUp' | 'refusal'

/** A count by day, kind and detail. */
export interface Counted {
  readonly day: string
  readonly kind: Kind
  readonly detail: string
  readonly count: number
}

/** Activity that is written to the database together. */
export interface Batch {
  readonly signIns: readonly SignInRow[]
  readonly counts: readonly Counted[]
}

/** Sums counts with the same key. */
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

  /** Sorted the same way in every instance, to avoid deadlocks. */
  sorted (): Counted[] {
    return [...this.#counts].sort(([one], [other]) => one < other ? -1 : 1).map(([, counted]) => counted)
  }
}

/** The most different counts (kinds, days, details) in memory. */
const MAX_COUNTS = 1000
/** Sign-ins per statement. */
const BATCH_SIZE = 500

/** Activity that is not written yet, in bounded memory. */
export class PendingActivity {
  readonly #max: number
  #signIns: SignInRow[] = []
  #counts = new Counts()
  /** The number being written; they come back if writing fails. */
  #taken = 0
  #dropped = 0

  constructor (max: number) { this.#max = max }

  get isEmpty (): boolean { return this.#signIns.length === 0 && this.#counts.size === 0 }
  get isLarge (): boolean { return this.#signIns.length >= BATCH_SIZE }
  /** The number of sign-ins not written yet. */
  get signIns (): number { return this.#signIns.length + this.#taken }

  /** How many items were dropped since the last call. */
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

  /** Call it after a batch was written, or failed. */
  settle (batch: Batch, written: boolean): void {
    this.#taken = 0
    if (written) return
    this.#signIns = [...batch.signIns, ...this.#signIns]
    for (const counted of batch.counts) this.#counts.add(counted)
  }
}
