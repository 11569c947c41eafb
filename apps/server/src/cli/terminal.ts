import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { styleText } from 'node:util'

/** Where a command prints, asks and reads. */
export interface Terminal {
  /** What the command is for, on standard output. */
  print (text: string): void
  /** What stands in its way, on standard error. */
  complain (line: string): void
  /** The text in a colour, where it is seen by a person. */
  paint (colour: Colour, text: string): string
  /** Whether the answer is yes; never, where nobody can be asked. */
  confirm (question: string): Promise<boolean>
  /** All of standard input. */
  readInput (): Promise<string>
  close (): void
}

export type Colour = 'green' | 'red' | 'yellow' | 'dim'

/** What a shell gives a command: a process, or in tests what stands for one. */
export interface Shell {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean, unref?: () => unknown }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
}

export function openTerminal ({ stdin, stdout, stderr, env }: Shell): Terminal {
  const coloured = stdout.isTTY === true && !env.NO_COLOR
  return {
    print: text => { stdout.write(text.endsWith('\n') ? text : `${text}\n`) },
    complain: line => { stderr.write(`${line}\n`) },
    paint: (colour, text) => coloured ? styleText(colour, text) : text,
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
