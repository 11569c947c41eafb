import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ListeningConnection } from './listening-connection.js'
import type { SeenChanges } from './seen-changes.js'

/** Milliseconds between two looks whether all that others change is still told. */
const LOOK_AGAIN_MS = 250
/** Milliseconds for which a look is believed: within a second, with what it takes to answer a request, a change of another process must be seen. */
const BELIEVED_FOR_MS = 900
/** Milliseconds in which a notification must arrive. */
const ARRIVES_WITHIN_MS = 2000
/** Milliseconds until the connection is tried again: at first, and at most. */
const PAUSE_MS = { first: 500, last: 30_000 }
/** The same where notifications do not arrive, which only an operator can change. */
const NOT_ARRIVING_PAUSE_MS = 300_000
/** Milliseconds after which the connection is closed where nobody asks for changes. Opening it anew costs about as much as looking for that long. */
const UNUSED_MS = 60_000
/** Milliseconds for which what was read holds where nobody tells what others change. */
const UNTOLD_HOLDS_FOR_MS = 1000
/** The same where somebody does: an operator may have moved to another server, and be told by the old one for as long as it is there. */
const TOLD_HOLDS_FOR_MS = 60_000

/** Told once of each trouble, and when it is over. Meanwhile `ofOthers` is false. */
export interface ReportListening {
  /** The connection was lost, or there is none to be had. */
  lost (error: unknown): void
  /** It can be had, but what is told does not arrive, as behind a pooler that gives each transaction another session. */
  notArriving (): void
  /** Nobody tells of what is changed in these tables. */
  silent (tables: readonly string[]): void
  over (): void
}

type Trouble = Exclude<keyof ReportListening, 'over'>

interface Database {
  /** A connection that tells `onNotification` what it hears, to be opened. */
  connect (onNotification: (text: string) => void): ListeningConnection
  /** Sends a notification by another connection. */
  notify (text: string): Promise<unknown>
}

/**
 * What this process was told to change, and, of the tables that are watched, what PostgreSQL tells that others changed.
 * It listens while somebody asks for the count.
 */
export class PostgresChanges implements SeenChanges {
  /** Of this process alone. */
  readonly own: SeenChanges
  readonly #database: Database
  readonly #report: ReportListening
  readonly #tables = new Set<string>()
  readonly #closing = new AbortController()
  #count = 0
  #isTold = false
  #believedUntil = 0
  #version = ''
  #askedAt = 0
  #listening: Promise<void> | undefined
  #connection: ListeningConnection | undefined
  #trouble: Trouble | undefined
  /** A notification of our own, which has to arrive, and what is to be done then. */
  #awaited = { text: '', arrived: () => {} }

  constructor (database: Database, report: ReportListening) {
    this.#database = database
    this.#report = report
    const ownCount = () => this.#count
    this.own = { get count () { return ownCount() }, ofOthers: false, holdsForMs: UNTOLD_HOLDS_FOR_MS }
  }

  get count (): number {
    const now = performance.now()
    this.#askedAt = now
    this.#listening ??= this.#listenWhileAsked()
    this.#forgetOldLook(now)
    return this.#count
  }

  get ofOthers (): boolean {
    this.#forgetOldLook(performance.now())
    return this.#isTold
  }

  get holdsForMs (): number {
    return this.ofOthers ? TOLD_HOLDS_FOR_MS : UNTOLD_HOLDS_FOR_MS
  }

  /** This process may have changed something. */
  note (): void {
    this.#count++
  }

  /** Has the changes of these tables seen too: `ofOthers` is true where all that are watched are told of, which the next look says of these. */
  watch (tables: readonly string[]): void {
    for (const table of tables) this.#tables.add(table)
  }

  async close (): Promise<void> {
    this.#closing.abort()
    await this.#connection?.close()
  }

  /** Also where the event loop stood still, and nobody could look: whoever asks finds out. */
  #forgetOldLook (now: number): void {
    if (now > this.#believedUntil) this.#distrust()
  }

  /** From now on something may be changed of which this process is not told. */
  #distrust (): void {
    if (this.#isTold) this.#count++
    this.#isTold = false
  }

  get #isAsked (): boolean {
    return !this.#closing.signal.aborted && performance.now() < this.#askedAt + UNUSED_MS
  }

  async #listenWhileAsked (): Promise<void> {
    let pause = PAUSE_MS.first
    while (this.#isAsked) {
      const lasted = await this.#listen()
      if (!this.#isAsked) break
      // One that lasted may be had again at once; one that is lost as soon as it is there may not.
      if (lasted !== null && lasted > pause) pause = PAUSE_MS.first
      await this.#wait(lasted === null ? NOT_ARRIVING_PAUSE_MS : pause * (0.5 + Math.random() / 2))
      pause = Math.min(pause * 2, PAUSE_MS.last)
    }
    this.#listening = undefined
  }

  /** Never fails. @returns for how many milliseconds; `null` where what is told does not arrive */
  async #listen (): Promise<number | null> {
    let begun = Infinity
    try {
      const connection = this.#connection = this.#database.connect(text => { this.#hear(text) })
      await connection.open()
      if (!await this.#arrives(connection)) {
        this.#tell('notArriving', report => { report.notArriving() })
        return null
      }
      begun = performance.now()
      while (this.#isAsked) {
        await this.#look(connection)
        await this.#wait(LOOK_AGAIN_MS)
      }
    } catch (error) {
      this.#tell('lost', report => { report.lost(error) })
    } finally {
      this.#distrust()
      await this.#connection?.close()
    }
    return performance.now() - begun
  }

  #hear (text: string): void {
    if (text === '') this.#count++
    else if (text === this.#awaited.text) this.#awaited.arrived()
  }

  /** A pooler takes `listen` of anybody. While it is found out, the connection must ask nothing: for as long as it did, it would have a session that is told. */
  async #arrives (connection: ListeningConnection): Promise<boolean> {
    const arriving = new AbortController()
    const text = randomUUID()
    this.#awaited = { text, arrived: () => { arriving.abort() } }
    await this.#database.notify(text)
    if (!arriving.signal.aborted) await this.#wait(ARRIVES_WITHIN_MS, arriving.signal)
    // To a process that stood still meanwhile it comes before this answer.
    if (!arriving.signal.aborted) await connection.ping()
    return arriving.signal.aborted
  }

  async #look (connection: ListeningConnection): Promise<void> {
    const lookedAt = performance.now()
    const { silent, version } = await connection.look([...this.#tables])
    if (silent.length > 0) {
      this.#distrust()
      this.#tell('silent', report => { report.silent(silent) })
      return
    }
    // What was changed while nobody was told counts too.
    if (!this.#isTold || version !== this.#version) this.#count++
    this.#version = version
    this.#isTold = true
    this.#believedUntil = lookedAt + BELIEVED_FOR_MS
    if (this.#trouble !== undefined) this.#report.over()
    this.#trouble = undefined
  }

  #tell (trouble: Trouble, tell: (report: ReportListening) => void): void {
    if (this.#closing.signal.aborted) return
    if (this.#trouble !== trouble) tell(this.#report)
    this.#trouble = trouble
  }

  /** Until then, or until the signal comes. */
  async #wait (ms: number, signal = this.#closing.signal): Promise<void> {
    await wait(ms, undefined, { ref: false, signal }).catch(() => {})
  }
}
