import type { Principal } from '@latchkey/role-permissions'
import DataLoader from 'dataloader'

/** More keys would exceed the parameters of one SQL query. */
const BATCH_SIZE = 1000

/**
 * Batches the loads of all items of a list into one. Nothing is cached, because later mutations of a request must see the
 * changes of earlier ones.
 *
 * @param load loads the values of the keys for a principal
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
