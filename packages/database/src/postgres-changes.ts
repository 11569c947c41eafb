import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ListeningConnection } from './listening-connection.js'
import type { SeenChanges } from './seen-changes.js'

/** Milliseconds between two checks that all changes by others are still reported. */
const LOOK_AGAIN_MS = 250
/** Milliseconds for which a check is trusted: a change of another process must be seen within a second, including the time to answer a request. */
const BELIEVED_FOR_MS = 900
/** Milliseconds in which a notification must arrive. */
const ARRIVES_WITHIN_MS = 2000
/** Milliseconds until the connection is tried again: the first time, and at most. */
const PAUSE_MS = { first: 500, last: 30_000 }
/** The same if notifications do not arrive, which only an operator can fix. */
const NOT_ARRIVING_PAUSE_MS = 300_000
/** Milliseconds without any interest in changes after which the connection is closed. Opening it again costs about as much as checking for that long. */
const UNUSED_MS = 60_000
/** Milliseconds for which read data is valid if changes by others are not reported. */
const UNTOLD_HOLDS_FOR_MS = 1000
/** Milliseconds between two checks that notifications arrive which the app's other connections send. After a move to another server they do not, as long as the old one runs. */
const PROVE_AGAIN_MS = 30_000

/** Called once for each problem, and when it is over. Meanwhile `ofOthers` is false. */
export interface ReportListening {
  /** The connection was lost, or cannot be opened. */
  lost (error: unknown): void
  /** The connection works, but notifications do not arrive, as behind a pooler in transaction mode. */
  notArriving (): void
  /** Changes of these tables are not reported. */
  silent (tables: readonly string[]): void
  over (): void
}

type Trouble = Exclude<keyof ReportListening, 'over'>

interface Database {
  /** Creates a connection, not opened yet, that passes notifications to `onNotification`. */
  connect (onNotification: (text: string) => void): ListeningConnection
  /** Sends a notification over another connection. */
  notify (text: string): Promise<unknown>
}

/**
 * Counts the changes of this process and, for watched tables, the changes of others that PostgreSQL reports.
 * It listens as long as someone reads the count.
 */
export class PostgresChanges implements SeenChanges {
  /** Only the changes of this process. */
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
  /** Our own test notification, and what to do when it arrives. */
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
    return this.ofOthers ? Infinity : UNTOLD_HOLDS_FOR_MS
  }

  /** Call it when this process may have changed something. */
  note (): void {
    this.#count++
  }

  /** Also watches these tables. `ofOthers` is true if all watched tables report their changes; the next check finds out for these. */
  watch (tables: readonly string[]): void {
    for (const table of tables) this.#tables.add(table)
  }

  async close (): Promise<void> {
    this.#closing.abort()
    await this.#connection?.close()
  }

  /** Expires an old check, even if a blocked event loop prevented the next one. */
  #forgetOldLook (now: number): void {
    if (now > this.#believedUntil) this.#distrust()
  }

  /** From now on, changes may go unreported. */
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
      // Retry quickly only if the connection had lasted.
      if (lasted !== null && lasted > pause) pause = PAUSE_MS.first
      await this.#wait(lasted === null ? NOT_ARRIVING_PAUSE_MS : pause * (0.5 + Math.random() / 2))
      pause = Math.min(pause * 2, PAUSE_MS.last)
    }
    this.#listening = undefined
  }

  /** Never fails. @returns how many milliseconds it listened; `null` if notifications do not arrive */
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
      const assertArriving = this.#keepProving(connection)
      while (this.#isAsked) {
        await this.#look(connection)
        assertArriving()
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

  /** Tests whether notifications arrive, because a pooler accepts any `listen`. The connection must not send anything during the test: while it did, it would have a session that receives notifications. */
  async #arrives (connection: ListeningConnection): Promise<boolean> {
    const arriving = new AbortController()
    const text = randomUUID()
    this.#awaited = { text, arrived: () => { arriving.abort() } }
    await this.#database.notify(text)
    if (!arriving.signal.aborted) await this.#wait(ARRIVES_WITHIN_MS, arriving.signal)
    // If this process was blocked meanwhile, the notification arrives before this answer.
    if (!arriving.signal.aborted) await connection.ping()
    return arriving.signal.aborted
  }

  /** @returns starts a test whenever it is time for one, and throws once a test has failed */
  #keepProving (connection: ListeningConnection): () => void {
    let testedAt = performance.now()
    let isTesting = false
    let isUnsent = false
    let failure: unknown
    return () => {
      if (failure !== undefined) throw failure
      if (isTesting || performance.now() < testedAt + PROVE_AGAIN_MS) return
      isTesting = true
      // Not awaited: if the pool is busy, the looks must go on.
      this.#arrives(connection).then(arrives => {
        if (!arrives) failure = new Error('Notifications by the other connections no longer arrive: the database may have moved to another server')
        isUnsent = false
      }, (error: unknown) => {
        // The pool may have been busy. If the next one cannot be sent either, nothing is known: the other server may be a replica.
        if (isUnsent) failure = error
        isUnsent = true
      }).then(() => {
        isTesting = false
        testedAt = performance.now()
      })
    }
  }

  async #look (connection: ListeningConnection): Promise<void> {
    const lookedAt = performance.now()
    const { silent, version } = await connection.look([...this.#tables])
    if (silent.length > 0) {
      this.#distrust()
      this.#tell('silent', report => { report.silent(silent) })
      return
    }
    // Counts changes made while nothing was reported.
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

  /** Waits for this time, or until the signal aborts. */
  async #wait (ms: number, signal = this.#closing.signal): Promise<void> {
    await wait(ms, undefined, { ref: false, signal }).catch(() => {})
  }
}
