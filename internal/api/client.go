package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/desk"
)

// Client is a hospital or health system.
type Client struct {
	ID        string   `json:"id" example:"1"`
	Slug      string   `json:"slug" doc:"Its short word; taken wherever a client is asked for, like the id." example:"mercy"`
	Name      string   `json:"name" example:"Mercy Health"`
	Zone      string   `json:"zone" doc:"Its IANA time zone." example:"America/Chicago"`
	Phone     string   `json:"phone" doc:"The help line, E.164." example:"+18005550143"`
	Languages []string `json:"languages" nullable:"false" doc:"Languages in which people are helped."`
}

type clientsOut struct {
	Body struct {
		Clients []Client `json:"clients" nullable:"false"`
	} `nameHint:"ClientList"`
}

func (h *handler) clients() {
	route(h, huma.Operation{
		OperationID: "list-clients", Method: http.MethodGet, Path: "/clients", Tags: []string{"Clients"},
		Summary: "List clients", Description: "The clients that this token may serve, by name.",
	}, func(ctx context.Context, v desk.Viewer, _ *struct{ Asker }) (*clientsOut, error) {
		list, err := h.app.Clients(ctx, v)
		if err != nil {
			return nil, err
		}
		var out clientsOut
		out.Body.Clients = []Client{}
		for _, c := range list {
			out.Body.Clients = append(out.Body.Clients, Client{
				ID: id(c.ID), Slug: c.Slug, Name: c.Name, Zone: c.Zone, Phone: c.Phone, Languages: append([]string{}, c.Languages...),
			})
		}
		return &out, nil
	})
}

// client finds the client that a request names by slug or id. A token of one client need not name it.
func (h *handler) client(ctx context.Context, v desk.Viewer, named, field string) (desk.Client, error) {
	if named == "" {
		if v.Desk || len(v.Clients) != 1 {
			return desk.Client{}, desk.Fields{{Field: field, Code: "client.missing", Message: "Name the client: this token serves more than one."}}.Err()
		}
		return h.app.Client(ctx, v, v.Clients[0])
	}
	c, err := h.named(ctx, v, named)
	return c, desk.NotFoundAt(err, field)
}

func (h *handler) named(ctx context.Context, v desk.Viewer, slugOrID string) (desk.Client, error) {
	if n, err := strconv.ParseInt(slugOrID, 10, 64); err == nil {
		return h.app.Client(ctx, v, desk.ClientID(n))
	}
	c, err := h.app.ClientBySlug(ctx, slugOrID)
	if err != nil {
		return desk.Client{}, err
	}
	return h.app.Client(ctx, v, c.ID)
}

// slugs gives the slugs of the clients that v sees.
func (h *handler) slugs(ctx context.Context, v desk.Viewer) (map[desk.ClientID]string, error) {
	list, err := h.app.Clients(ctx, v)
	if err != nil {
		return nil, err
	}
	m := make(map[desk.ClientID]string, len(list))
	for _, c := range list {
		m[c.ID] = c.Slug
	}
	return m, nil
}

// id writes a key for the wire; zero is left out.
func id[T ~int64](n T) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

var errNotFound = desk.Errorf(desk.NotFound, "not_found", "There is no such thing here.")

// idFrom reads a key from a path. What cannot be one names nothing.
func idFrom[T ~int64](s string) (T, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, errNotFound
	}
	return T(n), nil
}
