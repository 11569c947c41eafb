import { closestMatch } from 'leven'

/** Longer names are not checked for misspellings, because comparing them takes time. */
const LONGEST_NAME = 64

/**
 * Finds the known name that was probably meant, ignoring case.
 *
 * @returns for example `email` for `emial`
 */
export function closestName (name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST_NAME) return undefined
  const byLowerCase = new Map(known.map(candidate => [candidate.toLowerCase(), candidate]))
  const closest = closestMatch(name.toLowerCase(), [...byLowerCase.keys()], { maxDistance: Math.ceil(name.length / 4) })
  return closest === undefined ? undefined : byLowerCase.get(closest)
}

/** `; did you mean email?`, or an empty string if no known name is close. */
export function didYouMean (name: string, known: readonly string[]): string {
  const closest = closestName(name, known)
  return closest === undefined ? '' : `; did you mean ${closest}?`
}

/** Appends a key to a path, shortened and quoted if necessary. */
export function joinPath (path: string, key: string): string {
  if (!/^\w{1,64}$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, LONGEST_NAME))}]`
  return path === '' ? key : `${path}.${key}`
}
