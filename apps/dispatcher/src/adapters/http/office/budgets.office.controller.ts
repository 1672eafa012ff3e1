import { Body, Controller, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  budgetParams,
  budgetSchema,
  budgetsSchema,
  setBudgetBody,
  type BudgetView,
  type SetBudgetBody,
} from '@stead/contracts/dispatcher';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint, IfMatch } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { BudgetsOffice } from '../../../application/office/budgets';

const BUDGETS = '/v1/platform/budgets';
const TAG = 'Back office: rules and records';

@Controller()
export class BudgetsOfficeController {
  constructor(private readonly budgets: BudgetsOffice) {}

  @Endpoint({
    method: 'GET',
    path: BUDGETS,
    permission: 'platform:rules:read',
    summary: 'List what may be spent in clouds this day and month, and what is',
    tag: TAG,
    response: budgetsSchema,
  })
  async list(): Promise<{ items: BudgetView[] }> {
    return { items: await this.budgets.list() };
  }

  @Endpoint({
    method: 'PUT',
    path: `${BUDGETS}/:scope/:period`,
    permission: 'platform:rules:write',
    summary: 'Set what a workspace, or the house, may spend in clouds in a day or month',
    tag: TAG,
    params: budgetParams,
    body: setBudgetBody,
    response: budgetSchema,
    problems: ['platform/etag-mismatch', 'back-office/budget-below-use'],
    etag: 'revision',
  })
  async set(
    @CurrentActor() actor: Actor,
    @Param() params: z.infer<typeof budgetParams>,
    @IfMatch() ifMatch: string | null,
    @Body() body: SetBudgetBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BudgetView> {
    const budget = await this.budgets.set(actor, params, ifMatch, body);
    void reply.header('etag', etagOf(budget.revision));
    return budget;
  }
}
