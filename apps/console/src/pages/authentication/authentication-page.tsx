import { ActionIcon, Badge, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconLock, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { ButtonLink, TextLink } from '../../components/links'
import { Loading } from '../../components/loading'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import { profileTypes } from './profile-types'
import { Settings } from './settings'

const ProfilesDocument = graphql(`
  query Profiles {
    authenticationProfilesList {
      items { id name type issuer position declaredInConfiguration selfSignUpEnabled selfSignUpEmailDomains }
    }
  }
`)

const ProfileMoveDocument = graphql(`
  mutation ProfileMove($id: ID!, $position: Int!) {
    authenticationProfileUpdate(filter: { id: $id }, data: { position: $position }) { id }
  }
`)

/** The authentication profiles, and the settings that apply to all of them. */
export function AuthenticationPage () {
  const profiles = useQuery({ queryKey: ['profiles'], queryFn: async () => (await ask(ProfilesDocument)).authenticationProfilesList.items })
  const move = useChange({ change: async (to: { id: string, position: number }) => await ask(ProfileMoveDocument, to), done: 'Profile order saved' })
  // The browser takes the focus from a button that is moved with its profile, and one at the end of the list is disabled.
  const pressed = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const button = pressed.current
    pressed.current = null
    if (button === null || ![button, document.body].some(element => element === document.activeElement)) return
    const usable = 'button:not(:disabled, [aria-disabled=true])'
    const focused = button.matches(usable) ? button : button.parentElement?.querySelector<HTMLButtonElement>(usable)
    focused?.focus()
  }, [profiles.data])
  return (
    <>
      <PageTitle title='Authentication' actions={<ButtonLink to='/authentication/new' leftSection={<IconPlus size={16} aria-hidden />}>New profile</ButtonLink>}>
        A profile is a provider that people sign in at, plus the rules for signing up. The first one is the default: it applies when a request names no profile.
      </PageTitle>
      <Stack gap='xl'>
        {profiles.isPending && <Loading />}
        {profiles.error !== null && <Problem error={profiles.error} title="Couldn't load profiles" retry={() => { profiles.refetch() }} />}
        {move.error !== null && <Problem error={move.error} title="Couldn't save the order" />}
        {profiles.data !== undefined && (
          <Stack component='ol' aria-label='Profiles' gap='xs' p={0} m={0} style={{ listStyle: 'none' }}>
            {profiles.data.map(({ id, name, type, issuer, declaredInConfiguration, selfSignUpEnabled, selfSignUpEmailDomains }, index, all) => {
              const step = (by: number, label: string, icon: React.ReactNode) => {
                const to = all[index + by]
                const possible = id != null && declaredInConfiguration === false && to?.declaredInConfiguration === false
                const press = (button: HTMLButtonElement) => {
                  pressed.current = button
                  if (id != null) move.mutate({ id, position: to?.position ?? index + by })
                }
                return <ActionIcon variant='default' disabled={!possible || move.isPending} aria-label={`Move ${name} ${label}`} onClick={event => { press(event.currentTarget) }}>{icon}</ActionIcon>
              }
              return (
                <Paper key={id ?? index} component='li' withBorder p='sm'>
                  <Group justify='space-between' gap='xs'>
                    <div style={{ minWidth: 0, flex: '1 1 14rem' }}>
                      <Group gap='xs'>
                        {id == null ? <b>{name}</b> : <TextLink to='/authentication/$profileId' params={{ profileId: id }} fw={600}>{name ?? id}</TextLink>}
                        {index === 0 && <Badge color='lake' variant='filled' tt='none'>Default</Badge>}
                      </Group>
                      <Text size='sm' c='dimmed' style={{ overflowWrap: 'anywhere' }}>{profileTypes[type ?? '']?.label ?? type} · {issuer}</Text>
                      <Text size='sm'>Sign-up: {selfSignUpEnabled === true ? selfSignUpEmailDomains?.length ? selfSignUpEmailDomains.join(', ') : 'open to everyone' : 'off'}</Text>
                    </div>
                    {declaredInConfiguration === true
                      ? <Group gap={6}><IconLock size={16} aria-hidden /><Text size='sm'>Set in the configuration file</Text></Group>
                      : <Group gap={6}>{step(-1, 'up', <IconArrowUp size={16} aria-hidden />)}{step(1, 'down', <IconArrowDown size={16} aria-hidden />)}</Group>}
                  </Group>
                </Paper>
              )
            })}
          </Stack>
        )}
        <section aria-labelledby='settings'>
          <Title order={2} size='h3' id='settings' mb='xs'>Settings for all profiles</Title>
          <Settings />
        </section>
      </Stack>
    </>
  )
}
