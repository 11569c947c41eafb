import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { styleText } from 'node:util'

/** Where a command prints, asks and reads. */
export interface Terminal {
  /** Writes a result to standard output. */
  print (text: string): void
  /** Writes an error or a hint to standard error. */
  complain (line: string): void
  /** Colors the text if standard output is a terminal. */
  paint (color: Color, text: string): string
  /** Asks a yes-or-no question. `false` if standard input is not a terminal. */
  confirm (question: string): Promise<boolean>
  /** Reads all of standard input. */
  readInput (): Promise<string>
  close (): void
}

export type Color = 'green' | 'red' | 'yellow' | 'dim'

/** The streams and environment of a command: those of the process, or a test's substitute. */
export interface Shell {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean, unref?: () => unknown }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
}

export function openTerminal ({ stdin, stdout, stderr, env }: Shell): Terminal {
  const colored = stdout.isTTY === true && !env.NO_COLOR
  return {
    print: text => { stdout.write(text.endsWith('\n') ? text : `${text}\n`) },
    complain: line => { stderr.write(`${line}\n`) },
    paint: (color, text) => colored ? styleText(color, text) : text,
    confirm: async question => {
      if (stdin.isTTY !== true) return false
      const lines = createInterface({ input: stdin, output: stderr })
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
      } finally {
        lines.close()
      }
    },
    readInput: async () => await text(stdin),
    close: () => { stdin.unref?.() }
  }
}
