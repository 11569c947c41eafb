import { AppShell, Box, Burger, Button, Group, Menu, NavLink, Text, useMantineColorScheme } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import { IconChevronDown, IconEye, IconHelpCircle, IconHistory, IconHome, IconKey, IconLogout, IconMoon, IconShieldLock, IconSun, IconUser, IconUsers, IconUserShield } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { ApiError } from '../api/api-error'
import { administratorNeededQuery } from '../api/first-administrator'
import { meQuery } from '../api/me'
import { mayLeave, useLeaveQuestion } from '../api/unsaved'
import { Loading } from '../components/loading'
import { Problem } from '../components/problem'
import { sessionEnd, signOut, useSession } from '../session/session'
import { keepPage } from '../session/sign-in-again'
import { FirstAdministrator } from './first-administrator'
import { Join } from './join'
import { SessionEnded } from './session-ended'

const pages = [
  { to: '/', label: 'Home', icon: IconHome },
  { to: '/users', label: 'Users', icon: IconUsers },
  { to: '/authentication', label: 'Authentication', icon: IconShieldLock },
  { to: '/roles', label: 'Roles', icon: IconUserShield },
  { to: '/api-tokens', label: 'API tokens', icon: IconKey },
  { to: '/activity', label: 'Activity', icon: IconHistory },
  { to: '/view-as', label: 'View as', icon: IconEye },
  { to: '/why', label: 'Check access', icon: IconHelpCircle }
]

/** The frame around every page: navigation, account and sign-out. Without a session it redirects to the sign-in page. */
export function Shell () {
  const session = useSession()
  const router = useRouter()
  const signedIn = session !== null
  useEffect(() => {
    if (signedIn) return
    const { pathname, searchStr } = router.latestLocation
    const end = sessionEnd()
    router.navigate({ to: '/sign-in', search: end === 'signedOut' ? {} : { returnTo: `${pathname}${searchStr}`, ...end === 'refused' && { ended: true } }, replace: true })
  }, [signedIn, router])
  return signedIn ? <Frame /> : null
}

function Frame () {
  const me = useQuery(meQuery)
  const client = useQueryClient()
  const { pathname } = useLocation()
  // The page on which the navigation of a narrow screen was opened: another page has it closed.
  const [openedOn, setOpenedOn] = useState<string | null>(null)
  const opened = openedOn === pathname
  const main = useRef<HTMLElement>(null)
  const burger = useRef<HTMLButtonElement>(null)
  const first = useRef(true)
  // While the navigation is open, it covers the content, which then can't have the focus.
  const toContent = () => {
    flushSync(() => { setOpenedOn(null) })
    main.current?.focus()
  }
  useWindowEvent('keydown', ({ key, target }) => {
    if (key !== 'Escape' || !opened || (target instanceof Element && target.closest('[role=menu], [aria-haspopup=menu]') !== null)) return
    setOpenedOn(null)
    burger.current?.focus()
  })

  // Moves the focus to the new page, so that screen readers announce it and continue there.
  useEffect(() => {
    setOpenedOn(null)
    if (!first.current) main.current?.focus()
    first.current = false
  }, [pathname])

  // Before anything is shown, there is nothing to keep.
  const isShown = me.data !== undefined
  useEffect(() => isShown ? keepPage() : undefined, [isShown])

  useLeaveQuestion()
  const leave = async () => {
    if (!mayLeave()) return
    await signOut().finally(() => { client.clear() })
  }

  return (
    <AppShell transitionDuration={0} header={{ height: 56 }} navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding={{ base: 'sm', sm: 'lg' }}>
      <a className='skip-link' href='#content' onClick={event => { event.preventDefault(); toContent() }}>Skip to content</a>
      <AppShell.Header>
        <Group h='100%' px='md' justify='space-between' wrap='nowrap'>
          <Group gap='sm' wrap='nowrap'>
            <Burger ref={burger} opened={opened} onClick={() => { setOpenedOn(opened ? null : pathname) }} hiddenFrom='sm' size='sm' aria-label={opened ? 'Close navigation' : 'Open navigation'} aria-expanded={opened} />
            <Text fw={700} component='span'>Latchkey</Text>
          </Group>
          <Account userId={me.data?.id ?? null} email={me.data?.email ?? null} roles={me.data?.roles?.items.flatMap(({ name }) => name ?? []) ?? []} onSignOut={() => { leave() }} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p='xs' component='div' className={opened ? undefined : 'closed'}>
        <nav aria-label='Pages'>
          {pages.map(({ to, label, icon: Icon }) => {
            const active = to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`)
            return <NavLink key={to} component={Link} to={to} label={label} leftSection={<Icon size={18} aria-hidden />} active={active} aria-current={active ? 'page' : undefined} onClick={() => { if (pathname === to) toContent() }} />
          })}
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id='content' ref={main} tabIndex={-1} className={opened ? 'covered' : undefined}>
        <Content />
      </AppShell.Main>
      <SessionEnded email={me.data?.email ?? null} />
    </AppShell>
  )
}

/** The page itself, or first the sign-up or the claim of the first administrator if one is needed. */
function Content () {
  const me = useQuery(meQuery)
  // Afterwards, because a first request may create the user who is the administrator.
  const needed = useQuery({ ...administratorNeededQuery, enabled: !me.isPending })
  const [later, setLater] = useState(false)
  if (me.isPending || needed.isPending) return <Loading />
  if (me.error !== null && isNobody(me.error)) return <Join administratorNeeded={needed.data === true} />
  // A page that is shown stays if the user can't be loaded again: it may hold a draft.
  const failed = me.error !== null && <Problem error={me.error} title="Couldn't load your user" retry={() => { me.refetch() }} />
  if (me.data === undefined) return failed
  return needed.data === true && !later ? <FirstAdministrator onLater={() => { setLater(true) }} /> : <>{failed !== false && <Box mb='md'>{failed}</Box>}<Outlet /></>
}

function isNobody (error: Error): boolean {
  return error instanceof ApiError && error.code === 'EntityNotFoundError'
}

function Account ({ userId, email, roles, onSignOut }: { userId: string | null, email: string | null, roles: string[], onSignOut: () => void }) {
  const { setColorScheme } = useMantineColorScheme()
  const dark = document.documentElement.dataset.mantineColorScheme === 'dark'
  return (
    <Menu position='bottom-end' width={260} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant='default' size='xs' maw='65vw' rightSection={<IconChevronDown size={14} aria-hidden />} aria-label={`Account: ${email ?? 'not a user yet'}`}>{email ?? 'Account'}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{roles.length === 0 ? 'No roles' : roles.join(', ')}</Menu.Label>
        {userId !== null && <Menu.Item component={Link} to={`/users/${userId}`} leftSection={<IconUser size={16} aria-hidden />}>Your user</Menu.Item>}
        <Menu.Item leftSection={dark ? <IconSun size={16} aria-hidden /> : <IconMoon size={16} aria-hidden />} onClick={() => { setColorScheme(dark ? 'light' : 'dark') }}>{dark ? 'Light mode' : 'Dark mode'}</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={onSignOut}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
