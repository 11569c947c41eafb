import type { UseFormReturnType } from '@mantine/form'
import { useEffect, useState } from 'react'
import { ApiError } from './api-error'
import { same } from './same'
import { useUnsaved } from './unsaved'
import { useChange } from './use-change'

/** What a form shows of a record, and when the record was last changed (`null` if that isn't readable). */
export interface Stored<Values> {
  readonly values: Values
  readonly updatedAt: string | null | undefined
}

interface Update<Values> {
  readonly values: Values
  /** The values that the draft began with, to send only what has changed. */
  readonly before: Values
  /** What to pass to the API, so that it refuses to overwrite a change that the user hasn't seen. */
  readonly expectedUpdatedAt: string | null | undefined
}

interface DraftOptions<Values> {
  readonly form: UseFormReturnType<Values>
  /** The record as last read. */
  readonly stored: Stored<Values>
  /** Reads the record again. */
  readonly reread: () => Promise<Stored<Values>>
  /** Whether something is being edited that isn't in the form yet, so that the form must not change. */
  readonly hold?: boolean
  /** Whether the draft sets a value that can't be read, so that any change of the record may conflict with it. */
  readonly setsHidden?: boolean
  /** Sends the update. @returns the record's new `updatedAt` */
  readonly change: (update: Update<Values>) => Promise<string | null | undefined>
  readonly done: string
  readonly onDone?: () => void
}

/**
 * The draft of a form that edits a record. Without unsaved changes, the form follows the record when it is read again.
 * With unsaved changes it keeps them; if the same values have been changed by someone else, that is a conflict, and nothing
 * is saved until the user decides.
 */
export function useDraft<Values extends object> ({ form, stored, reread, hold = false, setsHidden = false, change, done, onDone }: DraftOptions<Values>) {
  // What the draft began with, and the record as last read that has been taken into account.
  const [base, setBase] = useState({ ...stored, seen: stored })
  const agrees = (other: Stored<Values>) => !setsHidden && same(other.values, base.values)

  const save = useChange({
    change: async ({ values, expectedUpdatedAt }: Pick<Update<Values>, 'values' | 'expectedUpdatedAt'>) => {
      const update = async (expectedUpdatedAt: string | null | undefined) => await change({ values, before: base.values, expectedUpdatedAt })
      try {
        return await update(expectedUpdatedAt)
      } catch (error) {
        if (!isConflict(error)) throw error
        const now = await reread()
        // Only values that the form doesn't have were changed.
        if (agrees(now)) return await update(now.updatedAt)
        throw error
      }
    },
    done,
    onDone: (updatedAt, { values }) => {
      setBase(({ seen }) => ({ values, updatedAt, seen }))
      onDone?.()
    }
  })

  const dirty = !same(form.values, base.values)
  useUnsaved(dirty)
  const isNew = !same(stored, base.seen) && !save.isPending
  const isOwnChange = stored.updatedAt != null && stored.updatedAt === base.updatedAt
  const conflict = isNew && dirty && !isOwnChange && !agrees(stored)

  useEffect(() => {
    if (!isNew || conflict || hold) return
    setBase({ values: dirty ? base.values : stored.values, updatedAt: stored.updatedAt, seen: stored })
    if (!dirty) form.setValues(stored.values)
  })

  return {
    dirty,
    /** Whether someone else has changed what the draft changes. */
    conflict,
    before: base.values,
    error: conflict && isConflict(save.error) ? null : save.error,
    isSaving: save.isPending,
    clearError: save.reset,
    save: (values: Values) => { save.mutate({ values, expectedUpdatedAt: base.updatedAt }) },
    /** Saves the draft over the change of someone else that the form was told of. */
    saveAnyway: (values: Values) => {
      setBase({ values: base.values, updatedAt: stored.updatedAt, seen: stored })
      save.mutate({ values, expectedUpdatedAt: stored.updatedAt })
    },
    /** Drops the draft. */
    discard: () => {
      save.reset()
      setBase({ ...stored, seen: stored })
      form.setValues(stored.values)
    }
  }
}

export type Draft<Values extends object> = ReturnType<typeof useDraft<Values>>

/** Whether the API has refused to overwrite a change that the user hasn't seen. */
export function isConflict (error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'record_changed'
}
