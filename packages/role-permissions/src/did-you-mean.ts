import { closestMatch } from 'leven'

/** `; did you mean read?`, or an empty string if no known name is close. */
export function didYouMean (name: string, known: Iterable<string>): string {
  if (name.length > 64) return ''
  const byLowerCase = new Map([...known].map(candidate => [candidate.toLowerCase(), candidate]))
  const closest = closestMatch(name.toLowerCase(), [...byLowerCase.keys()], { maxDistance: Math.ceil(name.length / 4) })
  return closest === undefined ? '' : `; did you mean ${byLowerCase.get(closest)}?`
}
