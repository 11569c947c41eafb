import { parseArgs, type ParseArgsConfig } from 'node:util'

/** The command was called with wrong arguments. */
export class Misuse extends Error {
  override readonly name = 'Misuse'
  /** The command that prints the usage. */
  readonly help: string

  constructor (message: string, help: string) {
    super(message)
    this.help = help
  }
}

/**
 * Parses the options of a command.
 *
 * @throws Misuse for an unknown option or too many arguments
 */
export function readArguments<Config extends ParseArgsConfig> (config: Config, { help, atMost }: { help: string, atMost: number }): ReturnType<typeof parseArgs<Config>> {
  let read: ReturnType<typeof parseArgs<Config>>
  try {
    read = parseArgs(config)
  } catch (error) {
    throw new Misuse((error as Error).message.split('. ', 1)[0] as string, help)
  }
  if (read.positionals.length > atMost) throw new Misuse(`unexpected argument ${read.positionals[atMost]}`, help)
  return read
}
