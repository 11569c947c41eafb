/**
 * Every package that is published has the license of the root, to the letter: npm packs the LICENSE of the package's own
 * folder, whatever `files` says, but none of the root and no symbolic link.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const text = readFileSync('LICENSE', 'utf8')
const { license } = JSON.parse(readFileSync('package.json', 'utf8'))
const mistakes = []

for (const folder of ['packages', 'apps']) {
  for (const name of readdirSync(folder)) {
    const directory = join(folder, name)
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    if (manifest.private) continue
    const file = join(directory, 'LICENSE')
    if (manifest.license !== license) mistakes.push(`${directory}/package.json: the license must be ${license}, as in package.json`)
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) mistakes.push(`${file}: must be the LICENSE of the root: cp LICENSE ${file}`)
  }
}

for (const mistake of mistakes) console.error(mistake)
if (mistakes.length > 0) process.exitCode = 1
