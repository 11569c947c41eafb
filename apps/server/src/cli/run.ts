import { doctorCommand } from './doctor-command.js'
import { Misuse } from './misuse.js'
import { permissionsCommand } from './permissions-command.js'
import { describeFailure } from '../database-failure.js'
import { openTerminal, type Shell } from './terminal.js'

const help = `Usage: latchkey <command> [options]

  doctor                what is wrong with this installation, and what to do about it
  doctor --token …      why a token is accepted or refused, and what whoever has it may do
  permissions export    the roles as JSON, for a file under version control
  permissions diff      what differs between the roles of a file and of the database
  permissions apply     makes the roles those of a file
  permissions lint      permissions that open more than they look

It reads the environment and the configuration file that the server reads: DATABASE_URL, LATCHKEY_CONFIG, LATCHKEY_SECRET_KEY, PUBLIC_URL.
Each command has --help, and --json for other programs.

Exit codes: 0 all is well, 1 something was found or differs, 2 the command was misused or could not be carried out.
`

/**
 * Carries a command out.
 *
 * @param shell what it reads, prints to and is told by the environment
 * @returns the exit code
 */
export async function run ([command, ...rest]: readonly string[], shell: Shell): Promise<number> {
  const terminal = openTerminal(shell)
  try {
    switch (command) {
      case 'doctor':
        return await doctorCommand(rest, terminal, shell.env)
      case 'permissions':
        return await permissionsCommand(rest, terminal, shell.env)
      case undefined:
      case 'help':
      case '-h':
      case '--help':
        terminal.print(help)
        return command === undefined ? 2 : 0
      default:
        throw new Misuse(`there is no command ${command}`, 'latchkey --help')
    }
  } catch (error) {
    terminal.complain(`latchkey: ${describeFailure(error)}`)
    if (error instanceof Misuse) terminal.complain(`See ${error.help}`)
    return 2
  } finally {
    terminal.close()
  }
}
