/** Entry point of the `latchkey` command, by which an operator inspects the reference app from a shell. */
import { run } from './run.js'

process.exitCode = await run(process.argv.slice(2), process)
