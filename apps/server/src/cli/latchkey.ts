/** The command `latchkey`: what of the reference app an operator asks from a shell. */
import { run } from './run.js'

process.exitCode = await run(process.argv.slice(2), process)
