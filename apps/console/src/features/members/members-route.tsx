import { createLazyRoute } from '@tanstack/react-router';
import { MembersPage } from './members-page';

export const membersLazyRoute = createLazyRoute('/settings/members')({ component: MembersPage });
