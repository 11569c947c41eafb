import type { Principal } from '@latchkey/role-permissions'
import DataLoader from 'dataloader'

/** More would be too many parameters of one query. */
const BATCH_SIZE = 1000

/**
 * Asks once for all that the items of a list ask for one by one. Nothing is remembered: of the mutations of one
 * request the later must see what the earlier have changed.
 *
 * @param load gives what each key stands for, for whoever asks
 */
export function batched<Value> (load: (principal: Principal, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>): (principal: Principal, key: string) => Promise<Value | undefined> {
  const loaders = new WeakMap<Principal, DataLoader<string, Value | undefined>>()
  return async (principal, key) => {
    const known = loaders.get(principal)
    if (known !== undefined) return await known.load(key)
    const loader = new DataLoader<string, Value | undefined>(async keys => {
      const values = await load(principal, [...new Set(keys)])
      return keys.map(key => values.get(key))
    }, { cache: false, maxBatchSize: BATCH_SIZE })
    loaders.set(principal, loader)
    return await loader.load(key)
  }
}
