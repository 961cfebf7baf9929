package cases

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/workflows"
)

// Prepared says what a namespace has, and what Setup did to it.
type Prepared struct {
	Namespace string   `json:"namespace"`
	Retention string   `json:"retention"` // how long ended workflows are kept: 720h0m0s
	Present   []string `json:"present"`   // search attributes that were there
	Added     []string `json:"added"`     // those that Setup registered
	Missing   []string `json:"missing"`   // those that are not there, when only checking
	Problems  []string `json:"problems"`  // what a person has to put right
	kept      time.Duration
}

// MinRetention is how long a namespace must keep ended workflows: a command that Slack resends, or that a person
// repeats, finds its case by the ended workflow that opened it.
const MinRetention = 7 * 24 * time.Hour

// attributesTime is how long a server may take to learn new search attributes.
const attributesTime = 30 * time.Second

// Setup registers the search attributes that the namespace lacks, and checks its retention. Run again, it does nothing
// more. With check it only looks. It changes nothing that is there: what is wrong is listed as a problem.
func (c *Cases) Setup(ctx context.Context, check bool) (Prepared, error) {
	p := Prepared{Namespace: c.namespace, Present: []string{}, Added: []string{}, Missing: []string{}, Problems: []string{}}
	if err := c.checkRetention(ctx, &p); err != nil {
		return p, err
	}
	missing, err := c.checkAttributes(ctx, &p)
	if err != nil || len(missing) == 0 {
		return p, err
	}
	names := slices.Sorted(maps.Keys(missing))
	if check {
		p.Missing = names
		p.Problems = append(p.Problems, fmt.Sprintf("%d search attributes are missing: run `starter setup`", len(names)))
		return p, nil
	}
	_, err = c.client.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: c.namespace, SearchAttributes: missing})
	if err != nil {
		return p, c.explain(err, "register search attributes")
	}
	p.Added = names
	return p, c.awaitAttributes(ctx, names)
}

func (c *Cases) checkRetention(ctx context.Context, p *Prepared) error {
	described, err := c.client.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: c.namespace})
	if err != nil {
		return c.explain(err, "read namespace "+c.namespace)
	}
	p.kept = described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
	p.Retention = p.kept.String()
	if p.kept < MinRetention {
		p.Problems = append(p.Problems, fmt.Sprintf("ended workflows are kept for %s only, less than %s: run `temporal operator namespace update --retention 720h -n %s`",
			p.kept, MinRetention, c.namespace))
	}
	return nil
}

// checkAttributes returns those that are missing.
func (c *Cases) checkAttributes(ctx context.Context, p *Prepared) (map[string]enumspb.IndexedValueType, error) {
	known, err := c.client.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: c.namespace})
	if err != nil {
		return nil, c.explain(err, "list search attributes")
	}
	missing, wanted := map[string]enumspb.IndexedValueType{}, workflows.SearchAttributes()
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		switch is, ok := known.GetCustomAttributes()[name]; {
		case !ok:
			missing[name] = wanted[name]
		case is != wanted[name]:
			p.Problems = append(p.Problems, fmt.Sprintf("search attribute %s is of type %s, not %s: remove it, or use another namespace", name, is, wanted[name]))
		default:
			p.Present = append(p.Present, name)
		}
	}
	return missing, nil
}

// awaitAttributes returns when cases can be started with the new attributes: servers learn them with a delay.
func (c *Cases) awaitAttributes(ctx context.Context, names []string) error {
	ctx, cancel := context.WithTimeout(ctx, attributesTime)
	defer cancel()
	var last error
	err := poll(ctx, func() (bool, error) {
		for _, name := range names {
			_, last = c.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1, Query: name + " IS NOT NULL"})
			if last != nil {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return c.explain(last, "wait for the new search attributes")
	}
	return nil
}
