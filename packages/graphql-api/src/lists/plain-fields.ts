import { defaultFieldResolver, getNamedType, isObjectType, Kind, type GraphQLObjectType, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql'

/** Cached by position in a document, which lives as long as the cached query. */
const known = new WeakMap<GraphQLResolveInfo['fieldNodes'], ReadonlySet<string> | null>()

/**
 * The fields that a query selects from the result of a field, if all of them are plain fields of the record.
 *
 * @returns `null` if a field has its own resolver, which may read any part of the record
 */
export function plainFields (info: GraphQLResolveInfo): ReadonlySet<string> | null {
  let fields = known.get(info.fieldNodes)
  if (fields === undefined) {
    fields = collect(info)
    known.set(info.fieldNodes, fields)
  }
  return fields
}

function collect (info: GraphQLResolveInfo): ReadonlySet<string> | null {
  const type = getNamedType(info.returnType)
  const fields = new Set<string>()
  if (!isObjectType(type)) return null
  return info.fieldNodes.every(({ selectionSet }) => addTo(fields, selectionSet, type, info)) ? fields : null
}

function addTo (fields: Set<string>, selectionSet: SelectionSetNode | undefined, type: GraphQLObjectType, info: GraphQLResolveInfo): boolean {
  return selectionSet === undefined || selectionSet.selections.every(selection => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return addTo(fields, selection.selectionSet, type, info)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return addTo(fields, info.fragments[selection.name.value]?.selectionSet, type, info)
    const { value: name } = selection.name
    fields.add(name)
    const resolve = type.getFields()[name]?.resolve
    return resolve === undefined || resolve === defaultFieldResolver
  })
}
