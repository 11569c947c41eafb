import classes from './facts.module.css'
import type { ReactNode } from 'react'

/** A list of names and values. */
export function Facts ({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {of.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value ?? '–'}</dd></div>)}
    </dl>
  )
}
