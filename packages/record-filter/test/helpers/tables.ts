import type { FilterableTable } from '../../dist/index.js'

/** Users with a manager, posts and groups: a to-one, a to-many and a relation by a join table, also to themselves. */
export const users: FilterableTable = {
  name: 'Users',
  table: 'users',
  fields: {
    id: { column: 'id', type: 'id' },
    email: { column: 'email', type: 'string' },
    firstName: { column: 'first_name', type: 'string' },
    age: { column: 'age', type: 'number' },
    score: { column: 'score', type: 'number' },
    active: { column: 'active', type: 'boolean' },
    joinedAt: { column: 'joined_at', type: 'date' },
    managerId: { column: 'manager_id', type: 'id' }
  },
  relations: {
    manager: { kind: 'one', table: () => users, from: 'manager_id', to: 'id' },
    reports: { kind: 'many', table: () => users, from: 'id', to: 'manager_id' },
    posts: { kind: 'many', table: () => posts, from: 'id', to: 'author_id' },
    groups: { kind: 'many', table: () => groups, from: 'id', to: 'id', through: { table: 'memberships', from: 'user_id', to: 'group_id' } }
  }
}

export const posts: FilterableTable = {
  name: 'Posts',
  table: 'posts',
  fields: {
    id: { column: 'id', type: 'id' },
    title: { column: 'title', type: 'string' },
    published: { column: 'published', type: 'boolean' },
    authorId: { column: 'author_id', type: 'id' }
  },
  relations: {
    author: { kind: 'one', table: () => users, from: 'author_id', to: 'id' }
  }
}

export const groups: FilterableTable = {
  name: 'Groups',
  table: 'groups',
  fields: {
    id: { column: 'id', type: 'id' },
    name: { column: 'name', type: 'string' }
  },
  relations: {
    members: { kind: 'many', table: () => users, from: 'id', to: 'id', through: { table: 'memberships', from: 'group_id', to: 'user_id' } }
  }
}
