import { doctorCommand } from './doctor-command.js'
import { Misuse } from './misuse.js'
import { permissionsCommand } from './permissions-command.js'
import { describeFailure } from '../database-failure.js'
import { openTerminal, type Shell } from './terminal.js'

const help = `Usage: latchkey <command> [options]

  doctor                find out what is wrong with this installation, and how to fix it
  doctor --token …      explain why a token is accepted or refused, and what its owner may do
  permissions export    print the roles as JSON, for version control
  permissions diff      compare the roles of a file and of the database
  permissions apply     make the roles of the database match a file
  permissions lint      report permissions that allow more than they seem to

Run it with the server's environment variables and configuration file: DATABASE_URL, LATCHKEY_CONFIG, LATCHKEY_SECRET_KEY, PUBLIC_URL.
Each command has --help, and --json for machine-readable output.

Exit codes: 0 all is well, 1 problems, findings or differences, 2 wrong usage or the command could not run.
`

/**
 * Runs a command.
 *
 * @param shell the command's input, output and environment
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
