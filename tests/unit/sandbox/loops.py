"""Training loops, right and wrong, with what is to be said of each."""

from __future__ import annotations

from dataclasses import dataclass

GIVEN = """
from torch import nn
import torch.nn.functional as F
from torch.nn.functional import mse_loss
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.rand(8, 3)
y = x @ torch.tensor([[1.0], [-2.0], [0.5]])
k = torch.randint(0, 3, (8,))
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
scorer = nn.Linear(3, 3)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
"""

SOLUTION = """
for i in range(3):
    opt.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    opt.step()
"""

SCORED = """
opt = torch.optim.SGD(scorer.parameters(), lr=0.1)
for i in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(scorer(x), k)
    loss.backward()
    opt.step()
"""

ACCUMULATED = """
for i in range(2):
    opt.zero_grad()
    for j in range(0, 8, 2):
        loss = F.mse_loss(model(x[j:j + 2]), y[j:j + 2]) / 4
        loss.backward()
    opt.step()
"""

BATCHES = """
for i in range(2):
    for a, b in DataLoader(TensorDataset(x, y), batch_size=4):
        opt.zero_grad()
        F.mse_loss(model(a), b).backward()
        opt.step()
"""

RIGHT = {
    "the usual one": SOLUTION,
    "Adam, a module's loss, a prediction by name": """
adam = torch.optim.Adam(model.parameters())
loss_fn = nn.MSELoss()
for i in range(3):
    pred = model(x)
    loss = loss_fn(pred, y)
    adam.zero_grad()
    loss.backward()
    adam.step()
""",
    "momentum, AdamW and friends": """
for kind in (torch.optim.AdamW, torch.optim.RMSprop, torch.optim.Adagrad):
    other = kind(model.parameters(), lr=0.01)
    other.zero_grad()
    F.l1_loss(model(x), y).backward()
    other.step()
""",
    "model.zero_grad, zeros instead of None, at the end of the round": """
for i in range(3):
    F.huber_loss(model(x), y).backward()
    opt.step()
    model.zero_grad(set_to_none=False)
""",
    "optimizer.zero_grad with zeros, printing, the loss kept": """
losses = []
for i in range(3):
    opt.zero_grad(set_to_none=False)
    loss = nn.functional.mse_loss(model(x), y)
    losses.append(loss.item())
    print(i, loss)
    loss.backward()
    opt.step()
""",
    "gradients set to None one by one": """
for i in range(3):
    for p in model.parameters():
        p.grad = None
    ((model(x) - y) ** 2).mean().backward()
    opt.step()
""",
    "gradients emptied one by one": """
for i in range(3):
    loss = (model(x) - y).pow(2).mean()
    loss.backward()
    opt.step()
    for p in model.parameters():
        p.grad.zero_()
""",
    "gradients cleared by ways nobody thinks of": """
for i in range(3):
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= 0
    loss = mse_loss(model(x), y)
    torch.autograd.backward(loss)
    opt.step()
""",
    "all by hand": """
w = torch.zeros(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for i in range(3):
    loss = ((x @ w + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p -= 0.1 * p.grad
            p.grad = None
""",
    "through .data": """
for i in range(3):
    loss = F.mse_loss(model(x), y)
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad.data
""",
    "through .data, assigned": """
for i in range(3):
    F.mse_loss(model(x), y).backward()
    for p in model.parameters():
        p.data = p.data - 0.1 * p.grad
        p.grad.fill_(0)
""",
    "a new parameter each time": """
w = torch.zeros(3, 1, requires_grad=True)
for i in range(3):
    ((x @ w - y) ** 2).mean().backward()
    w = (w - 0.1 * w.grad).detach().requires_grad_()
""",
    "autograd.grad": """
from torch.autograd import grad
w = torch.zeros(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for i in range(3):
    loss = ((x @ w + b - y) ** 2).mean()
    dw, db = grad(loss, (w, b))
    with torch.no_grad():
        w.sub_(0.1 * dw)
        b.sub_(0.1 * db)
""",
    "torch.func": """
def loss_of(w):
    return ((x @ w - y) ** 2).mean()
w = torch.zeros(3, 1)
for i in range(3):
    w = w - 0.1 * torch.func.grad(loss_of)(w)
""",
    "many parameters at once, through memory that is shared": """
for i in range(3):
    F.mse_loss(model(x), y).backward()
    with torch.no_grad():
        torch._foreach_sub_(list(model.parameters()), [0.1 * p.grad for p in model.parameters()])
    model.zero_grad()
""",
    "a while loop in a function, with a look at other data": """
def train(model, steps):
    while steps > 0:
        model.train()
        loss = nn.MSELoss()(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        model.eval()
        with torch.no_grad():
            print(F.mse_loss(model(x[:2]), y[:2]).item())
        steps -= 1
print(model(x).shape)
train(model, 3)
""",
    "a class of one's own, its forward called by name": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 1)
    def forward(self, z):
        return self.inner(z)
net = Net()
own = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(3):
    own.zero_grad()
    F.mse_loss(net.forward(x), y).backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    own.step()
""",
    "a schedule, a regularizer, a loss of one's own": """
class Loss(nn.Module):
    def forward(self, a, b):
        return (a - b).abs().mean()
schedule = torch.optim.lr_scheduler.StepLR(opt, 1)
criterion = Loss()
for i in range(3):
    loss = criterion(model(x), y) + 0.01 * sum(p.pow(2).sum() for p in model.parameters())
    opt.zero_grad()
    loss.backward()
    opt.step()
    schedule.step()
""",
    "an optimizer of one's own": """
class Mine(torch.optim.SGD):
    def step(self, closure=None):
        return super().step(closure)
mine = Mine(model.parameters(), lr=0.1)
for i in range(3):
    mine.zero_grad()
    F.mse_loss(model(x), y).backward()
    mine.step()
""",
    "an optimizer that calls back many times": """
opt = torch.optim.LBFGS(model.parameters(), max_iter=5)
def closure():
    opt.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    return loss
for i in range(3):
    opt.step(closure)
""",
    "a part that is not trained": """
body, head = model[0], model[2]
opt = torch.optim.SGD(head.parameters(), lr=0.1)
for i in range(3):
    opt.zero_grad()
    F.mse_loss(head(torch.tanh(body(x))), y).backward()
    opt.step()
""",
    "weights that are held in bounds": """
for i in range(3):
    opt.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
    with torch.no_grad():
        for p in model.parameters():
            p.clamp_(-1, 1)
            p.add_(0.001)
""",
    "two optimizers": """
a=torch.optim.SGD(model[0].parameters(),lr=.1); b=torch.optim.Adam(model[2].parameters())
for i in range(3):
    a.zero_grad(); b.zero_grad()
    F.mse_loss(model(x),y).backward()
    a.step(); b.step()
""",
    "a closure": """
def closure():
    opt.zero_grad()
    loss=F.mse_loss(model(x),y)
    loss.backward()
    return loss
for i in range(3): opt.step(closure)
""",
    "an optimizer that is none of torch's": """
class S:
    def __init__(self, ps, lr): self.ps=list(ps); self.lr=lr
    def step(self):
        with torch.no_grad():
            for p in self.ps: p.copy_(p - self.lr*p.grad)
    def zero_grad(self):
        for p in self.ps:
            if p.grad is not None: p.grad.zero_()
s=S(model.parameters(),.1)
for i in range(3):
    s.zero_grad()
    F.mse_loss(model(x),y).backward()
    s.step()
""",
    "an optimizer written on torch's": """
class S(torch.optim.Optimizer):
    def __init__(self, ps, lr): super().__init__(ps, dict(lr=lr))
    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in g["params"]: p -= g["lr"]*p.grad
s=S(model.parameters(),.1)
for i in range(3):
    s.zero_grad()
    F.mse_loss(model(x),y).backward()
    s.step()
""",
    "sparse gradients": """
e=nn.Embedding(3,2,sparse=True); o=torch.optim.SGD(e.parameters(),lr=.1)
for i in range(3):
    o.zero_grad(set_to_none=False)
    e(k).pow(2).mean().backward()
    o.step()
""",
    "a penalty on gradients": """
for i in range(3):
    xx=x.clone().requires_grad_()
    out=model(xx)
    g,=torch.autograd.grad(out.sum(),xx,create_graph=True)
    loss=F.mse_loss(out,y)+g.pow(2).mean()
    opt.zero_grad(); loss.backward(); opt.step()
""",
    "graphs within graphs": """
from torch.utils.checkpoint import checkpoint
for i in range(3):
    opt.zero_grad()
    h=checkpoint(model[0],x,use_reentrant=False)
    h2=checkpoint(lambda t: model[2](torch.tanh(t)),h,use_reentrant=True)
    F.mse_loss(h2,y).backward(); opt.step()
""",
    "Adam by hand": """
ps=list(model.parameters()); m=[torch.zeros_like(p) for p in ps]; v=[torch.zeros_like(p) for p in ps]
for i in range(3):
    for p in ps: p.grad=None
    F.mse_loss(model(x),y).backward()
    with torch.no_grad():
        for p,a,b in zip(ps,m,v):
            a.lerp_(p.grad,.1); b.mul_(.99).addcmul_(p.grad,p.grad,value=.01)
            p.addcdiv_(a,b.sqrt()+1e-8,value=-.01)
""",
    "weight decay by hand": """
for i in range(3):
    F.mse_loss(model(x),y).backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1*p.grad
            p -= 0.001*p
    model.zero_grad()
""",
    "a parameter filled anew": """
w=torch.zeros(3,1,requires_grad=True)
for i in range(3):
    ((x@w-y)**2).mean().backward()
    with torch.no_grad():
        w[:] = w - .1*w.grad
    w.grad.zero_()
""",
    "a part of .data": """
w=torch.zeros(3,1,requires_grad=True)
for i in range(3):
    ((x@w-y)**2).mean().backward()
    w.data[...] -= .1*w.grad
    w.grad.data.zero_()
""",
    "a module's parameters replaced": """
l=nn.Linear(3,1)
for i in range(3):
    F.mse_loss(l(x),y).backward()
    l.weight=nn.Parameter((l.weight-.1*l.weight.grad).detach()); l.bias=nn.Parameter((l.bias-.1*l.bias.grad).detach())
""",
    "a parameter made anew under no_grad": """
w=torch.zeros(3,1,requires_grad=True)
for i in range(3):
    ((x@w-y)**2).mean().backward()
    with torch.no_grad(): w=w-.1*w.grad
    w.requires_grad=True
""",
    "gradients assigned": """
for i in range(3):
    l=F.mse_loss(model(x),y)
    gs=torch.autograd.grad(l,list(model.parameters()))
    for p,g in zip(model.parameters(),gs): p.grad=g
    opt.step()
""",
    "a copy that follows": """
import copy
ema=copy.deepcopy(model)
for i in range(3):
    opt.zero_grad(); F.mse_loss(model(x),y).backward(); opt.step()
    with torch.no_grad():
        for a,b in zip(ema.parameters(),model.parameters()): a.mul_(.9).add_(b,alpha=.1)
        ema(x)
""",
    "the best weights put back": """
best=1e9; state=None
for i in range(3):
    opt.zero_grad(); l=F.mse_loss(model(x),y); l.backward(); opt.step()
    if l.item()<best: best=l.item(); state={k:v.clone() for k,v in model.state_dict().items()}
model.load_state_dict(state)
print(F.mse_loss(model(x),y))
""",
    "anomaly detection and inference mode": """
with torch.autograd.set_detect_anomaly(True):
  for i in range(3):
    opt.zero_grad(); F.mse_loss(model(x),y).backward(); opt.step()
    with torch.inference_mode(): F.mse_loss(model(x),y)
""",
    "gradients of each example": """
from torch.func import functional_call, vmap, grad, grad_and_value
ps={k:v.detach() for k,v in model.named_parameters()}
def lf(p,a,b): return F.mse_loss(functional_call(model,p,(a,)),b)
for i in range(3):
    g=vmap(grad(lf),(None,0,0))(ps,x,y)
    ps={k:v-.1*g[k].mean(0) for k,v in ps.items()}
""",
    "a look at gradients before": """
F.mse_loss(model(x),y).backward(); print(model[0].weight.grad)
for i in range(3):
    opt.zero_grad(); F.mse_loss(model(x),y).backward(); opt.step()
""",
    "gradients deleted": """
for i in range(3):
    F.mse_loss(model(x),y).backward(); opt.step()
    for p in model.parameters(): del p.grad
""",
    "gradients emptied all at once": """
for i in range(3):
    F.mse_loss(model(x),y).backward(); opt.step()
    torch._foreach_zero_([p.grad for p in model.parameters()])
""",
    "a tensor of a class of one's own": """
class T(torch.Tensor): pass
w=torch.zeros(3,1).as_subclass(T).requires_grad_()
for i in range(3):
    ((x@w-y)**2).mean().backward()
    with torch.no_grad(): w -= .1*w.grad
    w.grad=None
""",
    "in a thread": """
import threading
def go():
  for i in range(3):
    opt.zero_grad(); F.mse_loss(model(x),y).backward(); opt.step()
t=threading.Thread(target=go); t.start(); t.join()
""",
    "logarithms for a loss of logarithms": """
o=torch.optim.SGD(scorer.parameters(),lr=.1)
for i in range(3):
    o.zero_grad(); F.nll_loss(F.log_softmax(scorer(x),1),k).backward(); o.step()
""",
    "probabilities for a loss of probabilities": """
for i in range(3):
    opt.zero_grad(); nn.BCELoss()(torch.sigmoid(model(x)),(y>0).float()).backward(); opt.step()
""",
}
"""By name; each does what SOLUTION does."""


@dataclass(frozen=True)
class Wrong:
    """A loop with a mistake, and what must be found."""

    code: str
    kinds: tuple[str, ...]
    step: int | None
    line: int | None
    said: str
    solution: str = SOLUTION
    fails: bool = False


WRONG = {
    "no zero_grad": Wrong(
        """
for i in range(3):
    pred = model(x)
    loss = F.mse_loss(pred, y)
    loss.backward()
    opt.step()
""",
        ("no_zero_grad",),
        2,
        5,
        "zero_grad is never called: in step 2 the gradient is the sum of two rounds (line 5), and each later step adds "
        "one more.",
    ),
    "no zero_grad by hand": Wrong(
        """
w = torch.zeros(3, 1, requires_grad=True)
for i in range(3):
    ((x @ w - y) ** 2).mean().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
""",
        ("no_zero_grad",),
        2,
        4,
        "zero_grad is never called: in step 2",
    ),
    "zero_grad only before the loop": Wrong(
        """
opt.zero_grad()
for i in range(3):
    loss = F.mse_loss(model(x), y)
    loss.backward()
    opt.step()
""",
        ("rare_zero_grad",),
        2,
        5,
        "Between step 1 and the backward of step 2 there is no zero_grad: in step 2 the gradient is the sum of two",
    ),
    "zero_grad once per epoch": Wrong(
        """
for i in range(2):
    opt.zero_grad()
    for a, b in DataLoader(TensorDataset(x, y), batch_size=4):
        F.mse_loss(model(a), b).backward()
        opt.step()
""",
        ("rare_zero_grad",),
        2,
        5,
        "Between step 1 and the backward of step 2",
        BATCHES,
    ),
    "zero_grad forgotten in one round": Wrong(
        """
for i in range(3):
    if i != 2:
        opt.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
""",
        ("rare_zero_grad",),
        3,
        5,
        "Between step 2 and the backward of step 3 there is no zero_grad: in step 3",
    ),
    "zero_grad of another model": Wrong(
        """
for i in range(3):
    scorer.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
""",
        ("other_zero_grad",),
        2,
        4,
        "zero_grad (line 3) does not clear the gradients of the parameters that are trained: in step 2",
    ),
    "zero_grad between backward and step": Wrong(
        """
for i in range(3):
    loss = F.mse_loss(model(x), y)
    loss.backward()
    opt.zero_grad()
    opt.step()
""",
        ("zero_before_step",),
        1,
        5,
        "zero_grad (line 5) comes between backward and step: step (line 6) finds no gradients, so nothing is ever",
    ),
    "zeros between backward and step, by Adam": Wrong(
        """
opt = torch.optim.Adam(model.parameters())
for i in range(3):
    loss = F.mse_loss(model(x), y)
    loss.backward()
    model.zero_grad(set_to_none=False)
    opt.step()
""",
        ("zero_before_step",),
        1,
        6,
        "step (line 7) gets nothing but zeros, so nothing is ever updated.",
    ),
    "emptied by hand between backward and step": Wrong(
        """
w = torch.zeros(3, 1, requires_grad=True)
for i in range(3):
    ((x @ w - y) ** 2).mean().backward()
    w.grad.zero_()
    with torch.no_grad():
        w -= 0.1 * w.grad
""",
        ("zero_before_step",),
        1,
        5,
        "zero_grad (line 5) comes between backward and step: step (line 7)",
    ),
    "step before backward, after zero_grad": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    loss = F.mse_loss(model(x), y)
    opt.step()
    loss.backward()
""",
        ("step_first",),
        1,
        5,
        "step (line 5) comes before backward (line 6): no step ever finds a new gradient, so nothing is learned.",
    ),
    "step before backward, zero_grad between": Wrong(
        """
for i in range(3):
    pred = model(x)
    opt.step()
    opt.zero_grad()
    loss = ((pred - y) ** 2).mean()
    loss.backward()
""",
        ("step_first",),
        1,
        4,
        "the first step finds no gradients, and every later one uses those of the round before.",
        fails=True,
    ),
    "step before backward with one layer": Wrong(
        """
line = nn.Linear(3, 1)
opt = torch.optim.SGD(line.parameters(), lr=0.1)
for i in range(3):
    loss = ((line(x) - y) ** 2).mean()
    opt.step()
    opt.zero_grad()
    loss.backward()
""",
        ("step_first",),
        1,
        6,
        "the first step finds no gradients, and every later one uses those of the round before.",
    ),
    "no step": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
""",
        ("no_step",),
        1,
        5,
        "step is never called: backward (line 5) computes gradients, but nothing changes the parameters.",
    ),
    "no step and no zero_grad": Wrong(
        """
for i in range(3):
    F.mse_loss(model(x), y).backward()
""",
        ("no_zero_grad", "no_step"),
        2,
        3,
        "zero_grad is never called: in step 2 the gradient is the sum of two rounds (line 3)",
    ),
    "no backward": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    loss = F.mse_loss(model(x), y)
    opt.step()
""",
        ("no_backward",),
        1,
        5,
        "backward is never called: step (line 5) finds no gradients, so nothing is ever updated.",
    ),
    "two steps": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
    opt.step()
""",
        ("two_steps",),
        1,
        6,
        "step is called twice for one backward: in step 1 the second (line 6) moves again along the same gradients.",
    ),
    "two steps by hand": Wrong(
        """
w = torch.zeros(3, 1, requires_grad=True)
for i in range(3):
    ((x @ w - y) ** 2).mean().backward()
    with torch.no_grad():
        for j in range(2):
            w -= 0.1 * w.grad
        w.grad = None
""",
        ("two_steps",),
        1,
        7,
        "The parameters are moved twice for one backward: in step 1 the second (line 7)",
    ),
    "two backwards": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    F.mse_loss(model(x), y).backward()
    F.mse_loss(model(x), y).backward()
    opt.step()
""",
        ("two_backwards",),
        1,
        5,
        "In step 1 backward is called twice before step (lines 4 and 5): the gradients are added up.",
    ),
    "one step for all batches": Wrong(
        """
for i in range(2):
    for a, b in DataLoader(TensorDataset(x, y), batch_size=4):
        opt.zero_grad()
        F.mse_loss(model(a), b).backward()
    opt.step()
""",
        ("lost_backward",),
        1,
        4,
        "zero_grad (line 4) throws away gradients that no step has used: step 1 (line 6) gets only those of the last",
        BATCHES,
    ),
    "step after every part": Wrong(
        """
for i in range(2):
    for j in range(0, 8, 2):
        opt.zero_grad()
        loss = F.mse_loss(model(x[j:j + 2]), y[j:j + 2]) / 4
        loss.backward()
        opt.step()
""",
        ("early_step",),
        1,
        7,
        "step (line 7) comes after every backward; it belongs after 4, which add up to one gradient.",
        ACCUMULATED,
    ),
    "no zero_grad while collecting": Wrong(
        """
for i in range(2):
    for j in range(0, 8, 2):
        loss = F.mse_loss(model(x[j:j + 2]), y[j:j + 2]) / 4
        loss.backward()
    opt.step()
""",
        ("no_zero_grad",),
        2,
        5,
        "zero_grad is never called: in step 2 the gradient is the sum of two rounds (line 5).",
        ACCUMULATED,
    ),
    "forward pass before the loop": Wrong(
        """
pred = model(x)
for i in range(3):
    opt.zero_grad()
    loss = F.mse_loss(pred, y)
    loss.backward()
    opt.step()
""",
        ("old_forward",),
        2,
        2,
        "In step 2 the loss (line 5) is of a prediction made before step 1 (line 2), with the weights of that time.",
        fails=True,
    ),
    "forward pass before the loop, the graph kept": Wrong(
        """
line = nn.Linear(3, 1)
opt = torch.optim.SGD(line.parameters(), lr=0.1)
pred = line(x)
for i in range(3):
    opt.zero_grad()
    loss = ((pred.flatten() - y.flatten()) ** 2).mean()
    loss.backward(retain_graph=True)
    opt.step()
""",
        ("old_forward",),
        2,
        4,
        "In step 2 the loss (line 8) is of a prediction made before step 1 (line 4)",
    ),
    "loss before the loop": Wrong(
        """
line = nn.Linear(3, 1)
opt = torch.optim.SGD(line.parameters(), lr=0.1)
loss = F.mse_loss(line(x), y)
for i in range(3):
    opt.zero_grad()
    loss.backward(retain_graph=True)
    opt.step()
""",
        ("old_loss",),
        2,
        7,
        "In step 2 backward (line 7) starts from the loss of an earlier step again.",
    ),
    "a running total": Wrong(
        """
total = 0
for i in range(3):
    opt.zero_grad()
    total = total + F.mse_loss(model(x), y)
    total.backward()
    opt.step()
""",
        ("old_part",),
        2,
        5,
        "In step 2 the loss (line 5) holds something computed before step 1: a prediction, a running total",
        fails=True,
    ),
    "a hidden state that is kept": Wrong(
        """
cell, state = nn.RNNCell(3, 1), torch.zeros(8, 1)
opt = torch.optim.SGD(cell.parameters(), lr=0.1)
for i in range(3):
    opt.zero_grad()
    state = cell(x, state)
    loss = ((state - y) ** 2).mean()
    loss.backward()
    opt.step()
""",
        ("old_part",),
        2,
        8,
        "In step 2 the loss (line 8) holds something computed before step 1",
        fails=True,
    ),
    "detached": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    pred = model(x).detach()
    loss = F.mse_loss(pred, y)
    loss.backward()
    opt.step()
""",
        ("detached",),
        1,
        5,
        "The loss (line 5) is cut off from the parameters, so backward cannot reach them",
        fails=True,
    ),
    "detached, and made to require gradients": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    loss = torch.tensor(F.mse_loss(model(x), y).item(), requires_grad=True)
    loss.backward()
    opt.step()
""",
        ("detached",),
        1,
        4,
        "is cut off from the parameters",
    ),
    "assigned anew": Wrong(
        """
w = torch.zeros(3, 1, requires_grad=True)
for i in range(3):
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w = w - 0.1 * w.grad
""",
        ("detached",),
        2,
        5,
        "`w = w - ...` makes another tensor",
        fails=True,
    ),
    "forward pass under no_grad": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    with torch.no_grad():
        pred = model(x)
    loss = F.mse_loss(pred, y)
    loss.backward()
    opt.step()
""",
        ("no_grad",),
        1,
        5,
        "The forward pass (line 5) runs under no_grad",
        fails=True,
    ),
    "softmax before cross entropy": Wrong(
        SCORED.replace("scorer(x)", "scorer(x).softmax(dim=1)"),
        ("softmax_twice",),
        1,
        5,
        "cross_entropy (line 5) applies softmax itself and wants raw scores; it gets probabilities",
        SCORED,
    ),
    "softmax in the model": Wrong(
        """
scorer = nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=1))
opt = torch.optim.Adam(scorer.parameters())
criterion = nn.CrossEntropyLoss()
for i in range(3):
    opt.zero_grad()
    criterion(scorer(x), k).backward()
    opt.step()
""",
        ("softmax_twice",),
        1,
        7,
        "CrossEntropyLoss (line 7) applies softmax itself",
        SCORED,
    ),
    "softmax by hand": Wrong(
        """
opt = torch.optim.SGD(scorer.parameters(), lr=0.1)
for i in range(3):
    opt.zero_grad()
    e = scorer(x).exp()
    F.cross_entropy(e / e.sum(dim=1, keepdim=True), k).backward()
    opt.step()
""",
        ("softmax_twice",),
        1,
        6,
        "cross_entropy (line 6)",
        SCORED,
    ),
    "sigmoid before its own loss": Wrong(
        """
for i in range(3):
    opt.zero_grad()
    nn.BCEWithLogitsLoss()(torch.sigmoid(model(x)).squeeze(1), (y > 0).float().squeeze(1)).backward()
    opt.step()
""",
        ("sigmoid_twice",),
        1,
        4,
        "BCEWithLogitsLoss (line 4) applies sigmoid itself",
    ),
    "probabilities for a loss of logarithms": Wrong(
        SCORED.replace("cross_entropy(scorer(x)", "nll_loss(scorer(x).softmax(1)"),
        ("no_logarithm",),
        1,
        5,
        "nll_loss (line 5) wants logarithms of probabilities",
        SCORED,
    ),
    "the optimizer of another model": Wrong(
        """
opt = torch.optim.SGD(scorer.parameters(), lr=0.1)
for i in range(3):
    model.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
""",
        ("other_parameters",),
        1,
        6,
        "step (line 6) finds no gradients, although backward (line 5) came before: the optimizer holds other",
    ),
    "a learning rate of 0": Wrong(
        """
opt = torch.optim.SGD(model.parameters(), lr=0.0)
for i in range(3):
    opt.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
""",
        ("unchanged",),
        2,
        6,
        "The loss is the same in every step",
    ),
    "too few steps": Wrong(
        SOLUTION.replace("range(3)", "range(2)"),
        ("steps",),
        None,
        6,
        "The loop makes 2 steps; the solution makes 3.",
    ),
}
