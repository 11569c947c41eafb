import { Alert, Button, Group, List, Paper, Radio, Stack, Text, ThemeIcon } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { useChange } from '../../api/use-change'
import { ButtonLink, TextLink } from '../../components/links'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import { ProfileFields, validateProfile } from './profile-fields'
import { profileTypes } from './profile-types'
import { toCreateInput, valuesOf, type ProfileValues } from './profile-values'

const ProfileCreateDocument = graphql(`
  mutation ProfileCreate($data: AuthenticationProfileCreateInput!) {
    authenticationProfileCreate(data: $data) { id name }
  }
`)

const ProfileTestDocument = graphql(`
  mutation ProfileTest($data: AuthenticationProfileCreateInput!) {
    authenticationProfileTest(data: $data) { step ok message }
  }
`)

/** Makes a profile: first of which type, then what that type wants. */
export function NewProfilePage () {
  const [type, setType] = useState('openid')
  return (
    <>
      <PageTitle title='New authentication profile'><TextLink to='/authentication'>All profiles</TextLink></PageTitle>
      <Stack maw='44rem'>
        <Radio.Group label='Where do people sign in?' value={type} onChange={setType}>
          <Stack gap='xs' mt='xs'>
            {Object.entries(profileTypes).map(([value, { label, description }]) => <Radio key={value} value={value} label={label} description={description} />)}
          </Stack>
        </Radio.Group>
        <NewProfileForm key={type} type={type} />
      </Stack>
    </>
  )
}

function NewProfileForm ({ type }: { type: string }) {
  const navigate = useNavigate()
  const form = useForm<ProfileValues>({ initialValues: valuesOf(type, null), validate: values => validateProfile(type, values) })
  const test = useMutation({ mutationFn: async (values: ProfileValues) => (await ask(ProfileTestDocument, { data: toCreateInput(type, values) })).authenticationProfileTest })
  const create = useChange({
    change: async (values: ProfileValues) => (await ask(ProfileCreateDocument, { data: toCreateInput(type, values) })).authenticationProfileCreate,
    done: (_result, { name }) => `People can sign in with ${name}`,
    onDone: ({ id }) => { (id == null ? navigate({ to: '/authentication' }) : navigate({ to: '/authentication/$profileId', params: { profileId: id } })) }
  })
  const tested = () => { if (!form.validate().hasErrors) test.mutate(form.values) }
  return (
    <form noValidate onSubmit={form.onSubmit(values => { create.mutate(values) })}>
      <Stack>
        <ProfileFields type={type} form={form} profile={null} />
        <div aria-live='polite'>
          {test.error !== null && <Problem error={test.error} title='The connection could not be tested' />}
          {test.data !== undefined && (
            <Paper withBorder p='md'>
              <Text fw={600} mb='xs'>{test.data.every(({ ok }) => ok) ? 'People could sign in so' : 'People could not sign in so'}</Text>
              <List spacing='xs' listStyleType='none'>
                {test.data.map(({ step, ok, message }) => (
                  <List.Item key={step} icon={<ThemeIcon size={20} radius='xl' color={ok ? 'lake' : 'red.9'}>{ok ? <IconCheck size={14} aria-label='Passed' /> : <IconX size={14} aria-label='Failed' />}</ThemeIcon>}>
                    <b>{step}</b>: {message}
                  </List.Item>
                ))}
              </List>
            </Paper>
          )}
        </div>
        {create.error !== null && <Problem error={create.error} title='The profile was not made' />}
        {type !== 'embedded' && <Alert title='At the provider'>The client there must allow the callback URLs above, and this console's own, which the profile's page shows.</Alert>}
        <Group justify='flex-end'>
          <ButtonLink to='/authentication' variant='default'>Cancel</ButtonLink>
          <Button variant='default' onClick={tested} loading={test.isPending}>Test connection</Button>
          <Button type='submit' loading={create.isPending}>Save</Button>
        </Group>
      </Stack>
    </form>
  )
}
